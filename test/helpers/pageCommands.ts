/**
 * The shell blocks of the pages. A block is run as it stands, unless its first line is one of these comments, which tell a
 * reader, too, that it needs something that not everybody has; then its commands and flags are checked without running them.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Command } from "commander";
import { commandOf, parseCommand } from "../../src/commands/parseCommand.js";
import { requireOption } from "../../src/options/flags.js";
import { createProgram } from "../../src/program.js";
import { program } from "./cli.js";
import type { Block } from "./pages.js";
import { writeTree } from "./temporary.js";
import { projectRoot } from "./testData.js";

const MARKS = ["needs the network", "in a clone", "with your own files", "on a cluster", "takes hours"];

/** What a shell block needs by its first line: `# on a cluster, with your own files`. */
export function needsOf({ text }: Block): string[] {
  const [, first = ""] = /^# (.*)\n/.exec(text) ?? [];
  const parts = first.split(", ");
  return parts.every((part) => MARKS.includes(part)) ? parts : [];
}

const hasCluster = / is UP/.test(spawnSync("scontrol", ["ping"], { encoding: "utf8" }).stdout ?? "");

/** Why a block is not run; null where it is. */
export function whyNotRun(block: Block): string | null {
  const missing = needsOf(block).filter((need) => need !== "on a cluster" || !hasCluster);
  return missing.length === 0 ? null : missing.join(", ");
}

interface Place {
  folder: string;
  env: NodeJS.ProcessEnv;
}

/** A user's project: an empty folder in which the package is installed, and `deeplasia-native` on the PATH. */
export async function userProject(folder: string): Promise<Place> {
  const bin = join(folder, "node_modules/.bin");
  await mkdir(bin, { recursive: true });
  await symlink(projectRoot, join(folder, "node_modules/deeplasia-native"));
  await writeTree(folder, { "package.json": "{}" });
  await writeFile(
    join(bin, "deeplasia-native"),
    `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`,
    { mode: 0o755 },
  );
  return { folder, env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } };
}

const bash = (script: string, { folder, env }: Place) =>
  promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], { cwd: folder, env, maxBuffer: 1 << 26 });

/** Runs a block to its end. Returns what it printed. Throws where it fails. */
export async function runBlock(block: Block, place: Place): Promise<string> {
  const { stdout, stderr } = await bash(block.text, place);
  return stdout + stderr;
}

/** Programs that are not run while a block is checked; each writes down how it was called. */
const RECORDED = ["deeplasia-native", "npx", "npm", "srun", "sbatch"];

/** Checks the commands of a block without running them. Throws for one that does not exist or a flag that is wrong. */
export async function checkBlock(block: Block, folder: string): Promise<void> {
  const log = join(folder, "calls");
  const record = `#!/bin/sh\n{ echo "$(basename "$0")"; printf '%s\\n' "$@"; echo; } >>'${log}'\n`;
  // What a job runs is checked, too: the script is the last argument.
  const runScript = 'for script; do :; done; exec bash "$script"\n';
  for (const name of RECORDED) {
    const text = name === "sbatch" ? record + runScript : record;
    await mkdir(join(folder, "bin"), { recursive: true });
    await writeFile(join(folder, "bin", name), text, { mode: 0o755 });
  }
  await writeFile(log, "");
  await bash(block.text, { folder, env: { ...process.env, PATH: `${folder}/bin:${process.env.PATH}` } });
  const calls = (await readFile(log, "utf8")).split("\n\n").filter(Boolean);
  if (calls.length === 0) throw new Error("the block calls none of our programs");
  for (const call of calls) await checkCall(call.split("\n"));
}

async function checkCall([name, ...args]: string[]): Promise<void> {
  if (name === "npm") return checkNpm(args);
  if (name === "sbatch") return;
  if (name === "deeplasia-native") return checkCommand(args);
  // npx and srun: their own options, then the command.
  const start = args.indexOf("deeplasia-native");
  if (start === -1) throw new Error(`${name} ${args.join(" ")}: it does not run deeplasia-native`);
  return checkCommand(args.slice(start + 1));
}

/** Throws for a command that does not exist, and for flags and values that it does not take. */
async function checkCommand(args: readonly string[]): Promise<void> {
  const all = await createProgram();
  const command = commandOf(all, args);
  if (command === all) throw new Error(`${args.join(" ")}: there is no such command`);
  command.action(() => {});
  await parseCommand(all, args);
  const parsed = command.opts();
  for (const option of command.options) {
    const value = parsed[option.attributeName()];
    if (value !== undefined) requireOption(option, value);
  }
  if (command.name() === "submit") await checkCommand(innerOf(all, args));
}

/** The command that `slurm submit` carries: it begins with the first word that is the name of one. */
function innerOf(all: Command, args: readonly string[]): readonly string[] {
  const names = all.commands.map((command) => command.name());
  return args.slice(args.findIndex((word, i) => i > 1 && names.includes(word)));
}

async function checkNpm([action, ...args]: string[]): Promise<void> {
  const { name, version, scripts } = JSON.parse(await readFile(join(projectRoot, "package.json"), "utf8"));
  if (action === "test" || action === "pack") return;
  if (action === "install") {
    const what = args.find((word) => !word.startsWith("-")) ?? "";
    if (what !== name && !what.endsWith(`/${name}-${version}.tgz`)) throw new Error(`npm installs ${what}`);
    return;
  }
  if (action !== "run" || !(args[0]! in scripts)) throw new Error(`npm ${action} ${args[0]}: no such script`);
  // quickstart passes everything on to predict, after the model.
  if (args[0] === "quickstart" && args.length > 1)
    await checkCommand(["predict", `--ckp_path=${args[2]}`, ...args.slice(3)]);
}
