/** Entry point of a child process: forwards on a device until it is killed, or one whose features it prints as JSON. */
import { featuresOf } from "./networks.js";

const [device, folder, mode] = process.argv.slice(2) as [string, string, "once" | "forever"];
const machine = { device, folder, isFull: false, steps: 0 };

if (mode === "once") process.stdout.write(JSON.stringify([...(await featuresOf(machine, 1))]));
else await featuresOf(machine, Number.POSITIVE_INFINITY, () => process.stdout.write("running\n"));
