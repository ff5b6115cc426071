/** Returns the lines of a table. The first `texts` columns are aligned to the left, the others (numbers) to the right. */
export function aligned(rows: readonly string[][], texts: number): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const place = (cell: string, i: number) =>
    i < texts ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!);
  return rows.map((row) => row.map(place).join("  ").trimEnd());
}
