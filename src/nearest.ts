/**
 * "Did you mean": ` (the nearest is "x")` for the candidate that looks most like a word, or nothing where none does.
 * Case, spaces, `_` and `-` do not count.
 */
export function nearestHint(word: string, candidates: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replace(/[\s_-]/g, "");
  let best: string | undefined;
  let least = Math.max(2, word.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(plain(word), plain(candidate));
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best === undefined ? "" : ` (the nearest is "${best}")`;
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
