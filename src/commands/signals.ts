/** Ctrl-C and the like: finish the batch in hand, then end with the code that shells expect. */
import { constants } from "node:os";
import type { Logger } from "../console/logger.js";

export interface StopSignal {
  signal: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM, 138 after SIGUSR1; undefined where none came. */
  readonly exitCode: number | undefined;
}

/** `SIGUSR1` is what SLURM sends some time before the end where a job asks for it. */
const STOP_NAMES = ["SIGINT", "SIGTERM", "SIGUSR1"] as const;

/** A forward that takes longer after a signal may be one that never comes back: a model is a program. */
const LONGEST_FORWARD_MS = 10_000;

let isTold = () => false;
let endsWith: number | undefined;

/** Exit code of the signal that stopped this process's command; undefined where none did. */
export const stoppedExitCode = () => endsWith;

/** A signal that came before anybody listened is obeyed by whoever listens first. */
export function obeyEarly(wasTold: () => boolean): void {
  isTold = wasTold;
}

/** The exit code of a command that has nothing to save, and was told by SIGUSR1 to make an end; else undefined. */
export const earlyExitCode = () => (isTold() ? 128 + constants.signals.SIGUSR1 : undefined);

/**
 * From now on the first signal asks to stop; a second one ends the process at once. Not in a job: SLURM tells it more than
 * once (SIGUSR1, then SIGTERM, sometimes two of it), and ends who takes too long itself. The last one says why it ends.
 *
 * @param longestForward How long a model has been at work, ms: if for too long, the process ends without it.
 */
export function stopSignal(logger: Logger, longestForward: () => number = () => 0): StopSignal {
  const controller = new AbortController();
  let exitCode: number | undefined;
  for (const name of STOP_NAMES) {
    process.on(name, () => {
      const isFirst = exitCode === undefined;
      exitCode = 128 + constants.signals[name];
      endsWith = exitCode;
      if (!isFirst) {
        if (name === "SIGINT" || process.env.SLURM_JOB_ID === undefined) process.exit(exitCode);
        return;
      }
      logger.warn(`${name}: finishing the batch in hand (again: stop at once)`);
      controller.abort(new Error(name));
      setInterval(() => {
        if (longestForward() < LONGEST_FORWARD_MS) return;
        logger.error("the model does not come back from the batch in hand: ended without it");
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
