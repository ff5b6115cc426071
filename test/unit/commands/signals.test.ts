import { afterEach, expect, test, vi } from "vitest";
import { stopSignal } from "../../../src/commands/signals.js";
import { silentLogger } from "../../../src/console/logger.js";

afterEach(() => {
  for (const name of ["SIGINT", "SIGTERM", "SIGUSR1"]) process.removeAllListeners(name);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What a process comes to that gets these signals: its exit code, and whether it ended at once. */
function after(...signals: NodeJS.Signals[]) {
  const exit = vi.spyOn(process, "exit").mockImplementation((() => {}) as never);
  const stop = stopSignal(silentLogger);
  for (const signal of signals) process.emit(signal, signal);
  return { code: stop.exitCode, aborted: stop.signal.aborted, atOnce: exit.mock.calls.length > 0 };
}

test("the first signal asks to stop, a second one ends the process", () => {
  vi.stubEnv("SLURM_JOB_ID", undefined);
  expect(after("SIGTERM")).toEqual({ code: 143, aborted: true, atOnce: false });
  expect(after("SIGINT", "SIGINT")).toEqual({ code: 130, aborted: true, atOnce: true });
});

test("in a job the work is saved however many signals SLURM sends; the last one decides the exit code", () => {
  vi.stubEnv("SLURM_JOB_ID", "7");
  expect(after("SIGUSR1")).toEqual({ code: 138, aborted: true, atOnce: false });
  expect(after("SIGUSR1", "SIGTERM", "SIGTERM")).toEqual({ code: 143, aborted: true, atOnce: false });
  expect(after("SIGTERM", "SIGINT")).toMatchObject({ atOnce: true });
});

test("a forward that does not come back ends the process; one that is only slow, or none, does not", () => {
  vi.useFakeTimers();
  vi.stubEnv("SLURM_JOB_ID", "7");
  const exit = vi.spyOn(process, "exit").mockImplementation((() => {}) as never);
  let busy = 3000;
  stopSignal(silentLogger, () => busy);
  process.emit("SIGTERM", "SIGTERM");
  vi.advanceTimersByTime(60_000);
  expect(exit).not.toHaveBeenCalled();
  busy = 30_000;
  vi.advanceTimersByTime(10_000);
  expect(exit).toHaveBeenCalledWith(143);
  vi.useRealTimers();
});
