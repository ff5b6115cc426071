/** Other processes on the same device: two that compute at once, and one that is killed while it computes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { relativeDifference } from "../differences.js";
import { judged, notRun, type Result } from "../finding.js";
import { isCuda, type Machine } from "../machine.js";
import { featuresOf } from "../networks.js";

/** Processes on one device choose their kernels alike; a GPU's sums need not be in the same order. */
const boundOf = (machine: Machine) => (isCuda(machine) ? 1e-3 : 1e-5);

export async function* processes(machine: Machine): AsyncGenerator<Result> {
  const own = await featuresOf(machine, 1);
  const holds = (features: ArrayLike<number>) => relativeDifference(features, own) <= boundOf(machine);
  const printed = await Promise.all([printedFeatures(machine), printedFeatures(machine)]);
  yield judged("two at once", printed.every(holds), "features of each against this process's");
  await killWhileRunning(machine);
  yield judged(
    "one killed at work",
    holds(await featuresOf(machine, 1)),
    "the device computes the same after it",
  );
  yield notRun("NCCL", "`train --trainer.devices=2` tests it; this command uses one device");
}

async function start(machine: Machine, mode: "once" | "forever") {
  const script = fileURLToPath(new URL("../child.js", import.meta.url));
  const folder = await mkdtemp(join(machine.folder, "process-"));
  return spawn(process.execPath, [script, machine.device, folder, mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function printedFeatures(machine: Machine): Promise<number[]> {
  const child = await start(machine, "once");
  return JSON.parse(await text(child.stdout)) as number[];
}

async function killWhileRunning(machine: Machine): Promise<void> {
  const child = await start(machine, "forever");
  const exit = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), exit]);
  if (child.exitCode !== null) throw new Error(`the process ended by itself, with status ${child.exitCode}`);
  child.kill("SIGKILL");
  await exit;
}
