/**
 * Runs decoders concurrently, or one alone. libvips has one buffer of error messages for the whole process, so an error
 * message is certain to be about a file only while nothing else is decoded.
 */

/** Settles when all work that runs alone has ended; null if there is none. */
let alone: Promise<void> | null = null;
const running = new Set<Promise<unknown>>();

/** Runs work concurrently with others, as soon as no work runs alone. */
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

/** Runs work when all other work has ended, while no other begins. Must not be called from work of `amongOthers`. */
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
