/** "Did you mean": the likeliest valid names for a mistyped one. */

/** Levenshtein distance, one row at a time. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}

/** ` (did you mean x or y?)`, or nothing where no valid name is near. */
export function nearest(name: string, valid: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_\s]/g, "");
  const ranked = valid
    .map((candidate) => ({ candidate, far: distance(plain(name), plain(candidate)) }))
    .filter(({ candidate, far }) => far <= Math.max(2, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 2);
  return ranked.length === 0 ? "" : ` (did you mean ${ranked.map((r) => r.candidate).join(" or ")}?)`;
}
