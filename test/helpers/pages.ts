/** README.md and the guides below docs/, and the fenced blocks in them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./testData.js";

/** Pages that people write; docs/options.md and docs/api/ are generated. */
export const PAGES: readonly string[] = [
  "README.md",
  ...readdirSync(join(projectRoot, "docs"))
    .filter((name) => name.endsWith(".md") && name !== "options.md")
    .map((name) => `docs/${name}`),
];

export const textOf = (page: string) => readFileSync(join(projectRoot, page), "utf8");

export interface Block {
  page: string;
  /** Line of the opening fence, counted from 1. */
  line: number;
  language: string;
  text: string;
}

export const nameOf = ({ page, line }: Block) => `${page}:${line}`;

/** All fenced blocks of a page in their order. Throws for one that is not closed. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; lines: string[] } | null = null;
  for (const [i, line] of textOf(page).split("\n").entries()) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === null) open = { line: i + 1, language: fence[1]!.trim(), lines: [] };
    else {
      const { lines, ...rest } = open;
      blocks.push({ page, ...rest, text: `${lines.join("\n")}\n` });
      open = null;
    }
  }
  if (open !== null) throw new Error(`${page}:${open.line}: the block is not closed`);
  return blocks;
}

/** Text in backticks outside of fenced blocks. */
export function codeSpansOf(page: string): string[] {
  const prose = textOf(page).replaceAll(/^\s*```.*?^\s*```$/gms, "");
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, code]) => code!.replaceAll(/\s+/g, " "));
}
