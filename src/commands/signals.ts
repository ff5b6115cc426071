/** Signals such as Ctrl-C: the command finishes the current batch, then ends with the exit code that shells expect. */
import { constants } from "node:os";
import type { Logger } from "../console/logger.js";

export interface StopSignal {
  signal: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM, 138 after SIGUSR1; undefined without a signal. */
  readonly exitCode: number | undefined;
}

/** SLURM sends `SIGUSR1` some time before the time limit, if the job asks for it. */
const STOP_NAMES = ["SIGINT", "SIGTERM", "SIGUSR1"] as const;

/** A forward that takes longer after a signal may never return, because a model is a program. */
const LONGEST_FORWARD_MS = 10_000;

let isTold = () => false;
let stopped: { reason: unknown; exitCode: number } | undefined;

/** Returns the exit code of a command that ended with this error because a signal stopped it; undefined for other errors. */
export const stoppedExitCode = (error: unknown) =>
  stopped !== undefined && error === stopped.reason ? stopped.exitCode : undefined;

/** A signal that came before any listener is passed to the first listener. */
export function obeyEarly(wasTold: () => boolean): void {
  isTold = wasTold;
}

/** Returns the exit code after a SIGUSR1, for a command that has nothing to save; undefined without a signal. */
export const earlyExitCode = () => (isTold() ? 128 + constants.signals.SIGUSR1 : undefined);

/**
 * Installs the handlers: the first signal requests a stop, a second one ends the process at once. In a SLURM job the second
 * does not, because SLURM sends several signals (SIGUSR1, then one or two SIGTERM) and kills a process that takes too long.
 * The last signal decides the exit code.
 *
 * @param longestForward Returns for how long the longest forward has been running, in ms. If it is too long, the process
 *   ends without waiting for it.
 */
export function stopSignal(logger: Logger, longestForward: () => number = () => 0): StopSignal {
  const controller = new AbortController();
  let exitCode: number | undefined;
  for (const name of STOP_NAMES) {
    process.on(name, () => {
      const isFirst = exitCode === undefined;
      const reason = controller.signal.reason ?? new Error(name);
      exitCode = 128 + constants.signals[name];
      stopped = { reason, exitCode };
      if (!isFirst) {
        if (name === "SIGINT" || process.env.SLURM_JOB_ID === undefined) process.exit(exitCode);
        return;
      }
      logger.warn(`${name}: finishing the current batch (a second signal stops at once)`);
      controller.abort(reason);
      setInterval(() => {
        if (longestForward() < LONGEST_FORWARD_MS) return;
        logger.error("the model does not return from the current batch: ended without waiting for it");
        process.exit(exitCode);
      }, LONGEST_FORWARD_MS).unref();
    });
  }
  if (isTold()) process.emit("SIGUSR1", "SIGUSR1");
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
  };
}
