/** Breaks the example of a shell command with `\` so that it fits the terminal. */

const MARGIN = "  ";
const HANGING = "      ";

/** `text` is the command in one line, behind its margin. */
export function exampleLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of parts(text.trim())) {
    const longer = line === "" ? part : `${line} ${part}`;
    const margin = lines.length === 0 ? MARGIN : HANGING;
    // Behind every line but the last stands ` \`.
    if (line === "" || margin.length + longer.length + 2 <= width) line = longer;
    else {
      lines.push(`${margin}${line} \\`);
      line = part;
    }
  }
  return [...lines, (lines.length === 0 ? MARGIN : HANGING) + line];
}

/** Splits a command into parts that stay on one line: a flag with its values, a word, or a text in quotes. */
function parts(command: string): string[] {
  const found: string[] = [];
  for (const word of command.match(/(?:"[^"]*"|\S)+/g) ?? []) {
    const last = found.at(-1) ?? "";
    const isValue = !word.startsWith("-") && /^--?[^ =]+( |$)/.test(last);
    if (isValue) found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found;
}
