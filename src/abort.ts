/** The one rule of AbortSignals: a call rejects with the reason of its caller's signal, an `AbortError` by default. */

/** Whether a call ended because its signal was aborted. */
export function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && error === signal.reason;
}

/**
 * Rejects as soon as the signal is aborted, for work that cannot be stopped itself. What the work gives after that goes
 * to `discard`.
 */
export function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  discard: (late: T) => unknown = () => {},
): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const settle = (value: T) => (signal.aborted ? discard(value) : resolve(value));
    work.then(settle, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
