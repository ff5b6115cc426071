/** Returns a signal that is aborted when it is looked at for the nth time, by `throwIfAborted`. */
export function abortsAtCheck(n: number, reason: unknown): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  let checks = 0;
  return Object.assign(signal, {
    throwIfAborted() {
      checks += 1;
      if (checks === n) controller.abort(reason);
      if (signal.aborted) throw signal.reason;
    },
  });
}
