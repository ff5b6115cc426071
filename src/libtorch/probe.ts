/** Entry point of a child process: load everything and say on stdout how it went. A crash ends the child only. */
import { toDeeplasiaError } from "../errors.js";
import type { Native } from "../native.js";
import { loadCore } from "./load.js";

export interface Loaded {
  buildInfo: ReturnType<Native["buildInfo"]>;
  devices: ReturnType<Native["devices"]>;
}

export type ProbeMessage = { loaded: Loaded } | { code: string; message: string; remedy: string | undefined };

function probe(): ProbeMessage {
  try {
    const core = loadCore() as Native;
    return { loaded: { buildInfo: core.buildInfo(), devices: core.devices() } };
  } catch (error) {
    const { code, message, remedy } = toDeeplasiaError(error);
    return { code, message, remedy };
  }
}

process.stdout.write(JSON.stringify(probe()));
