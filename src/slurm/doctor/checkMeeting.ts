/** Whether the processes of a step can connect with each other as those of the command will. */
import { toDeeplasiaError } from "../../errors.js";
import type { SlurmTask } from "../slurmTask.js";
import type { Check } from "./check.js";

/** Connects with the other processes; each process of the step calls it. `meet` must have a time limit of its own. */
export async function checkMeeting(
  { rank, ranks }: NonNullable<SlurmTask["step"]>,
  meet: () => Promise<void>,
): Promise<Check> {
  const what = "group";
  try {
    await meet();
    const others = ranks === 2 ? "the other one" : `the ${ranks - 1} others`;
    return { what, ok: true, found: `process ${rank} is connected with ${others}` };
  } catch (error) {
    const { code, message, remedy } = toDeeplasiaError(error);
    // Other faults, such as a missing libtorch, are left for the command to report.
    const ok = code === "ERR_DEEPLASIA_PEER" || code === "ERR_DEEPLASIA_OPTION" ? false : null;
    const found = message.replaceAll(/\s*\n\s*/g, " ");
    return remedy === undefined ? { what, ok, found } : { what, ok, found, remedy };
  }
}
