/** `1 row`, `2 rows`: a count and what is counted, as a person writes it. */
export function plural(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
