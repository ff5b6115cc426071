/**
 * Applies an asynchronous step to a stream with up to `ahead` items in flight. Yields the results in the order of the items.
 *
 * `ahead` bounds the memory, however long the stream. If the consumer stops early, the source is closed.
 */
export async function* mapInOrder<In, Out>(
  items: AsyncIterable<In> | Iterable<In>,
  ahead: number,
  step: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const inFlight: Promise<Out>[] = [];
  for await (const item of items) {
    const result = step(item);
    // An early failure is thrown when its turn comes. Until then it must not count as an unhandled rejection.
    result.catch(() => {});
    inFlight.push(result);
    if (inFlight.length >= ahead) yield await inFlight.shift()!;
  }
  for (const result of inFlight) yield await result;
}
