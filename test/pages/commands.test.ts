/** The shell blocks of README.md and the guides: run as a user would, or checked where they need what is not here. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, expect, test } from "vitest";
import { createProgram } from "../../src/program.js";
import { checkBlock, needsOf, runBlock, userProject, whyNotRun } from "../helpers/pageCommands.js";
import { type Block, blocksOf, codeSpansOf, nameOf, PAGES, textOf } from "../helpers/pages.js";
import { temporaryFolder } from "../helpers/temporary.js";

const LANGUAGES = ["sh", "text", "js", "ts", "json", "python", "bibtex"];

/** A page makes some twenty processes that load libtorch, while other tests keep the machine busy. */
const LONGEST_MS = 3_600_000;

const counts = { pages: 0, run: 0, checked: new Map<string, number>() };

test.each(PAGES)("%s: each block has a language that is tested", (page) => {
  for (const block of blocksOf(page)) {
    expect(LANGUAGES, `${nameOf(block)}: ${block.language || "no language"}`).toContain(block.language);
    if (block.language === "json") JSON.parse(block.text);
  }
});

/** A page is one story: its blocks run in one folder, one after another. */
test.concurrent.each(PAGES)(
  "%s: the commands work, and print what the page shows",
  async (page) => {
    // Such tests run side by side, so vitest does not know whose a folder is.
    const folder = await mkdtemp(join(tmpdir(), "deeplasia-page-"));
    try {
      await tryPage(page, folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    counts.pages += 1;
  },
  LONGEST_MS,
);

async function tryPage(page: string, folder: string): Promise<void> {
  const place = await userProject(folder);
  let output: string | null = null;
  for (const block of blocksOf(page)) {
    try {
      if (block.language === "sh") output = await runOrCheck(block, place);
      else if (block.language === "text") expectShown(block, output);
    } catch (error) {
      const { message, stderr = "" } = error as Error & { stderr?: string };
      throw new Error(`${nameOf(block)}: ${message}\n${stderr}`, { cause: error });
    }
  }
}

async function runOrCheck(
  block: Block,
  place: Awaited<ReturnType<typeof userProject>>,
): Promise<string | null> {
  const reason = whyNotRun(block);
  if (reason === null) {
    const output = await runBlock(block, place);
    counts.run += 1;
    return output;
  }
  await checkBlock(block, await mkdtemp(join(place.folder, "checked-")));
  counts.checked.set(reason, (counts.checked.get(reason) ?? 0) + 1);
  return null;
}

/** A block of text shows lines that the block before it prints; digits may differ, as between two processors. */
function expectShown(block: Block, output: string | null): void {
  if (output === null) throw new Error("the text follows no block that was run");
  const masked = (text: string) => text.replaceAll(/\d/g, "#").replaceAll(/[ \t]+/g, " ");
  for (const line of block.text.trimEnd().split("\n")) expect(masked(output)).toContain(masked(line));
}

/** No block escapes: what was run and what was checked are all that there are. */
afterAll(() => {
  if (counts.pages < PAGES.length) return; // some pages have failed, or were not asked for
  const fences = PAGES.flatMap((page) => textOf(page).match(/^\s*```sh$/gm) ?? []).length;
  const checked = [...counts.checked.values()].reduce((sum, count) => sum + count, 0);
  const reasons = [...counts.checked].map(([reason, count]) => `${count} ${reason}`).join("; ");
  console.log(`pages: ${fences} shell blocks: ${counts.run} run, ${checked} checked (${reasons})`);
  expect(counts.run + checked).toBe(fences);
});

test("a block's first line decides whether it is run", () => {
  const block = (text: string): Block => ({ page: "x.md", line: 1, language: "sh", text });
  expect(needsOf(block("# on a cluster, with your own files\nls\n"))).toEqual([
    "on a cluster",
    "with your own files",
  ]);
  expect(needsOf(block("# on a clustre\nls\n"))).toEqual([]);
  expect(needsOf(block("ls # on a cluster\n"))).toEqual([]);
});

test("a wrong command, flag or value in a block that is only checked is found", async () => {
  const check = async (text: string) =>
    checkBlock({ page: "x.md", line: 1, language: "sh", text }, await temporaryFolder());
  await check("npx deeplasia-native predict a.png \\\n  --sex F\n");
  await expect(check("deeplasia-native predikt a.png\n")).rejects.toThrow(/no such command/);
  await expect(check("srun -N2 deeplasia-native predict --sx F\n")).rejects.toThrow(/--sx/);
  await expect(check("deeplasia-native predict --format xml\n")).rejects.toThrow(/xml/);
  await expect(check("deeplasia-native slurm submit --time=1 train --nmae=x\n")).rejects.toThrow(/--nmae/);
  await expect(check("npm run quikstart\n")).rejects.toThrow(/no such script/);
  await expect(
    check("printf '%s\\n' '#!/bin/bash' 'srun deeplasia-native merge' > s; sbatch s\n"),
  ).rejects.toThrow();
  await expect(check("echo nothing of ours\n")).rejects.toThrow(/none of our programs/);
});

/** Flags of the sbatch, npm and scripts that the text speaks of. */
const OTHERS_FLAGS = ["--exclusive", "--gres", "--nccl", "--fresh"];

test.each(PAGES)("%s: flags and commands in the text exist", async (page) => {
  const all = await createProgram();
  const known = new Set([...OTHERS_FLAGS, "--help", ...flagsOf(all)]);
  const names = all.commands.map((command) => command.name());
  for (const span of codeSpansOf(page)) {
    const words = span.replace(/^(npx )?deeplasia-native /, "").split(" ");
    const isOurs = words[0]!.startsWith("--") || names.includes(words[0]!);
    if (/^(npx )?deeplasia-native [a-z]/.test(span)) expect(names, span).toContain(words[0]);
    if (!isOurs) continue;
    const flags = words.flatMap((word) => /^--[a-z][\w.-]*/.exec(word)?.[0] ?? []);
    for (const flag of flags) expect(known, span).toContain(flag);
  }
});

const flagsOf = (command: Command): string[] => [
  ...command.options.flatMap(({ long }) => long ?? []),
  ...command.commands.flatMap(flagsOf),
];
