/** Wraps text to the width of the place where it is read. */

/** Width if it is unknown, and the largest width, because longer lines are hard to read. */
const USUAL_COLUMNS = 80;
const MOST_COLUMNS = 120;

/** Returns the width of a stream. If it is no terminal, `COLUMNS` is used. */
export function columnsOf(stream: { isTTY?: boolean; columns?: number }): number {
  const columns = stream.isTTY ? stream.columns : Number(process.env.COLUMNS);
  return columns ? Math.min(columns, MOST_COLUMNS) : USUAL_COLUMNS;
}

/** Breaks a text at blanks into lines of at most `width`. A longer word gets its own line. Line breaks stay. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((given) => {
    const lines: string[] = [];
    for (const word of given.split(" ")) {
      const longer = `${lines.at(-1)} ${word}`;
      if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });
}

/** Formats a term, and its meaning in a column that starts after `termWidth` + 2. A longer term gets its own lines. */
export function wrappedItem(term: string, termWidth: number, meaning: string, width: number): string[] {
  const margin = " ".repeat(termWidth + 4);
  const meanings = meaning === "" ? [] : wrap(meaning, width - margin.length);
  const terms = wrap(term, width - 2).map((line, i) => `${i === 0 ? "  " : "      "}${line}`);
  if (term.length <= termWidth && meanings.length > 0)
    terms[0] = terms[0]!.padEnd(margin.length) + meanings.shift();
  return [...terms, ...meanings.map((line) => margin + line)];
}

/** Returns the width for the terms of a list: that of the longest, limited so that their meanings have room. */
export function termWidthOf(longest: number, width: number): number {
  return Math.min(longest, Math.floor(0.38 * width));
}
