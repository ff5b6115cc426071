/** `1 row`, `2 rows`: a count and what is counted, as a person writes it. */
export function plural(count: number, one: string, several = `${one}s`, text = String(count)): string {
  return `${text} ${count === 1 ? one : several}`;
}
