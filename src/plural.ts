/** Returns a count with its noun: `1 row`, `2 rows`. */
export function plural(count: number, one: string, several = `${one}s`, text = String(count)): string {
  return `${text} ${count === 1 ? one : several}`;
}
