/** Entry point of a child process: load everything and say on stdout how it went. A crash ends the child only. */
import { toDeeplasiaError } from "../errors.js";
import { type CoreFacts, loadCore } from "./loadCore.js";

export interface Loaded {
  buildInfo: ReturnType<CoreFacts["buildInfo"]>;
  devices: ReturnType<CoreFacts["devices"]>;
}

export type ProbeMessage = { loaded: Loaded } | { code: string; message: string; remedy: string | undefined };

function probe(): ProbeMessage {
  try {
    const core = loadCore();
    return { loaded: { buildInfo: core.buildInfo(), devices: core.devices() } };
  } catch (error) {
    const { code, message, remedy } = toDeeplasiaError(error);
    return { code, message, remedy };
  }
}

process.stdout.write(JSON.stringify(probe()));
