/** Entry point of a child process: loads everything and prints the result on stdout. A crash kills the child only. */
import { toDeeplasiaError } from "../errors.js";
import { type CoreFacts, loadCore } from "./loadCore.js";

/** The loaded core and its devices. */
export interface Loaded {
  buildInfo: ReturnType<CoreFacts["buildInfo"]>;
  devices: ReturnType<CoreFacts["devices"]>;
}

/** What the child process prints, as JSON. */
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
