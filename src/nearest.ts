/**
 * "Did you mean": ` (the nearest is "x")` for the candidate that looks most like a word, or for several, at most that
 * many; nothing where none does. Case, spaces, `_` and `-` do not count.
 */
export function nearestHint(word: string, candidates: readonly string[], atMost = 1): string {
  const plain = (text: string) => text.toLowerCase().replace(/[\s_-]/g, "");
  const near = candidates
    .map((candidate) => ({ candidate, distance: editDistance(plain(word), plain(candidate)) }))
    .filter(({ distance }) => distance < Math.max(2, word.length / 3) + 1)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, atMost)
    .map(({ candidate }) => `"${candidate}"`);
  if (near.length === 0) return "";
  return near.length === 1 ? ` (the nearest is ${near[0]})` : ` (the nearest are ${near.join(", ")})`;
}

/** Levenshtein's distance: insertions, deletions and substitutions that turn one text into the other. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substituted, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
