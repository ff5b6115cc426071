/** Text in lines that are as long as the place where it is read. */

/** Columns where nobody knows them, and where longer lines are hard to read. */
const USUAL_COLUMNS = 80;
const MOST_COLUMNS = 120;

/** Columns of what is written to a stream; `COLUMNS` stands in where that is no terminal. */
export function columnsOf(stream: { isTTY?: boolean; columns?: number }): number {
  const columns = stream.isTTY ? stream.columns : Number(process.env.COLUMNS);
  return columns ? Math.min(columns, MOST_COLUMNS) : USUAL_COLUMNS;
}

/** Broken at blanks into lines of at most `width`; a longer word has a line of its own. Line breaks stay. */
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

/** A term and, `termWidth` and two columns further right, what it means; a longer term has lines of its own. */
export function wrappedItem(term: string, termWidth: number, meaning: string, width: number): string[] {
  const margin = " ".repeat(termWidth + 4);
  const meanings = meaning === "" ? [] : wrap(meaning, width - margin.length);
  const terms = wrap(term, width - 2).map((line, i) => `${i === 0 ? "  " : "      "}${line}`);
  if (term.length <= termWidth && meanings.length > 0)
    terms[0] = terms[0]!.padEnd(margin.length) + meanings.shift();
  return [...terms, ...meanings.map((line) => margin + line)];
}

/** How wide the terms of a list are to be: as the longest, but not so wide that no room is left for what they mean. */
export function termWidthOf(longest: number, width: number): number {
  return Math.min(longest, Math.floor(0.38 * width));
}
