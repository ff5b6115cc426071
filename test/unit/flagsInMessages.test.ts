import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sources } from "../helpers/sources.js";
import { projectRoot } from "../helpers/testData.js";
import { textLiterals } from "../helpers/textLiterals.js";

/** What may speak of flags: the command line, and what writes a shell script. */
const COMMAND_LINE = [
  ...["src/commands/", "src/cli.ts", "src/bin.cts"],
  ...["src/options/flags.ts", "src/options/argv.ts", "src/options/train/registerTrainOptions.ts"],
  "src/slurm/jobScript.ts",
  "src/report/page/style.ts", // names of CSS
];

/** A flag in a text. A text that begins with one is an argument for another program. */
const FLAG = /[^-\w]--[a-z]/;
/** Shell commands and arguments for sbatch are whole, and in backticks: `sbatch --test-only`, `--gres=gpu:1`. */
const withoutCommands = (text: string) => text.replaceAll(/`(?:[a-z][^`]* |\$[^`]* )?--[^`]*`/g, "");

/** The one description that is about a shell's words. */
const EXCEPTIONS = new Set([
  'the command for the job with its options: ["predict", "hand.png", "--sex", "F"]', // src/slurm/slurmJobs.ts
]);

const flagged = (source: string) =>
  textLiterals(source).filter((text) => !EXCEPTIONS.has(text) && FLAG.test(withoutCommands(text)));

test("messages and descriptions of the library name options, not flags", () => {
  const files = sources.filter(
    (file) => /ts$/.test(file) && !COMMAND_LINE.some((path) => file.startsWith(path)),
  );
  const found = files.flatMap((file) =>
    flagged(readFileSync(join(projectRoot, file), "utf8")).map((text) => `${file}: ${text}`),
  );
  expect(files.length).toBeGreaterThan(300);
  expect(found).toEqual([]);
});

test("a flag is found where a message has one, and a shell command is none", () => {
  expect(flagged('throw new Error("give a smaller --batch_size");')).toEqual(["give a smaller --batch_size"]);
  expect(flagged("fail(`rows: --resume`)")).toEqual(["rows: --resume"]);
  expect(flagged('run("squeue", ["--noheader"]) // not --this')).toEqual([]);
  expect(flagged('"`sinfo --Node --long` lists the nodes"')).toEqual([]);
  expect(flagged('[/invalid "x/, "give --time"]')).toEqual(["give --time"]);
});
