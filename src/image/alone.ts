/**
 * Decoding side by side, or one alone: libvips has one buffer of error messages for the whole process, so what it says
 * of a file is that file's own only while nothing else is decoded.
 */

/** Settles when those that run alone have ended. */
let alone: Promise<void> | null = null;
const running = new Set<Promise<unknown>>();

/** Run beside others, as soon as nobody runs alone. */
export async function amongOthers<T>(work: () => Promise<T>): Promise<T> {
  while (alone !== null) await alone;
  const result = work();
  running.add(result);
  try {
    return await result;
  } finally {
    running.delete(result);
  }
}

/** Run when all others have ended, while no other begins. Not to be called from work of `amongOthers`. */
export function onItsOwn<T>(work: () => Promise<T>): Promise<T> {
  const others = alone ?? Promise.resolve();
  const result = others.then(() => Promise.allSettled(running)).then(work);
  const ended = result.then(
    () => {},
    () => {},
  );
  const last = ended.then(() => {
    if (alone === last) alone = null;
  });
  alone = last;
  return result;
}
