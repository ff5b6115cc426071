/**
 * Returns a hint such as ` (the nearest is "x")` with the candidates that look most like a word, at most `atMost` of them;
 * empty if none does. Case, spaces, `_` and `-` do not count.
 */
export function nearestHint(word: string, candidates: readonly string[], atMost = 1): string {
  return hint(nearest(word, candidates).slice(0, atMost));
}

function hint(near: readonly string[]): string {
  const quoted = near.map((candidate) => `"${candidate}"`);
  if (near.length === 0) return "";
  return near.length === 1 ? ` (the nearest is ${quoted[0]})` : ` (the nearest are ${quoted.join(", ")})`;
}

/** Returns the candidates that look like a word, the most alike first. */
function nearest(word: string, candidates: readonly string[]): string[] {
  // A longer text is not a name, and the time grows with the length.
  if (word.length > LONGEST_NAME) return [];
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(plain(word), plain(candidate)) }))
    .filter(({ distance }) => distance < Math.max(2, word.length / 3) + 1)
    .sort((a, b) => a.distance - b.distance)
    .map(({ candidate }) => candidate);
}

const LONGEST_NAME = 200;
/** With more typing errors than this, a name that contains the word is more likely: `train_batch_size` for `batch_size`. */
const MOST_TYPOS = 2;
const plain = (text: string) => text.toLowerCase().replace(/[\s_-]/g, "");
const lastPart = (name: string) => name.slice(name.lastIndexOf(".") + 1);

/**
 * Returns a hint for names of several parts, such as `model.backbone`: ` (there is model.backbone)` for names with the same
 * last part; else the nearest name, the names that contain the last part, or the names with the nearest last part.
 */
export function likelyNames(name: string, candidates: readonly string[]): string {
  const namesakes = candidates.filter((candidate) => lastPart(candidate) === lastPart(name));
  if (namesakes.length > 0) return ` (there is ${namesakes.join(" and ")})`;
  const [whole] = nearest(name, candidates);
  const containing = candidates.filter((candidate) =>
    lastPart(plain(candidate)).includes(lastPart(plain(name))),
  );
  const isTypo = whole !== undefined && editDistance(plain(name), plain(whole)) <= MOST_TYPOS;
  if (!isTypo && lastPart(plain(name)).length > 2 && containing.length > 0 && containing.length <= 3)
    return hint(containing);
  if (whole !== undefined) return hint([whole]);
  const [part] = nearest(lastPart(name), candidates.map(lastPart));
  return hint(candidates.filter((candidate) => lastPart(candidate) === part).slice(0, 3));
}

/** Returns the Levenshtein distance: the number of insertions, deletions and substitutions between two texts. */
export function editDistance(a: string, b: string): number {
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
