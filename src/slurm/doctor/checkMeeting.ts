/** Whether the processes of a step can work together: they connect just as the command's will. */
import { toDeeplasiaError } from "../../errors.js";
import type { SlurmTask } from "../slurmTask.js";
import type { Check } from "./check.js";

/** `meet` ends in time by itself. Each process of the step calls this. */
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
    // What else is wrong, such as a libtorch that is not there, is the command's to say.
    const ok = code === "ERR_DEEPLASIA_PEER" || code === "ERR_DEEPLASIA_OPTION" ? false : null;
    const found = message.replaceAll(/\s*\n\s*/g, " ");
    return remedy === undefined ? { what, ok, found } : { what, ok, found, remedy };
  }
}
