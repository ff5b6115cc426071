/** Returns where a function that rises is `target`, by halving the interval until doubles do not resolve it further. */
export function rootOf(rising: (x: number) => number, target: number, low: number, high: number): number {
  let [below, above] = [low, high];
  while (rising(above) < target && above < 1e300) above = above <= 0 ? 1 : above * 2;
  for (let i = 0; i < 2000; i++) {
    const middle = (below + above) / 2;
    if (middle <= below || middle >= above) break;
    if (rising(middle) < target) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
}
