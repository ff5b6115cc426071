/** Rows that belong together, such as those of one patient: they are drawn together, or not at all. */
export interface Clusters {
  /** The number of each row's cluster, from 0. */
  of: Uint32Array;
  count: number;
}

/** Clusters of rows with equal keys; an empty key is a cluster of its own. */
export function clustersOf(keys: readonly string[]): Clusters {
  const numbers = new Map<string, number>();
  let count = 0;
  const of = Uint32Array.from(keys, (key) => {
    const known = key === "" ? undefined : numbers.get(key);
    if (known !== undefined) return known;
    if (key !== "") numbers.set(key, count);
    return count++;
  });
  return { of, count };
}
