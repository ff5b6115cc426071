/** The texts in quotation marks and backticks of a source in TypeScript, apart from comments and regular expressions. */

const PARTS = new RegExp(
  [
    String.raw`\/\*[\s\S]*?\*\/`, // a comment
    String.raw`\/\/.*$`,
    String.raw`(?<=[(,=:!&|?[{;]\s*)\/(?![*/])(?:[^\\/\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/`, // a regular expression
    String.raw`"((?:[^"\\\n]|\\.)*)"`,
    `\`((?:[^\`\\\\]|\\\\[\\s\\S])*)\``,
  ].join("|"),
  "gm",
);

export function textLiterals(source: string): string[] {
  return [...source.matchAll(PARTS)].flatMap(([, quoted, template]) => {
    const text = quoted ?? template;
    return text === undefined ? [] : [text.replaceAll("\\`", "`").replaceAll('\\"', '"')];
  });
}
