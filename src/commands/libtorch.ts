/** `deeplasia-native libtorch install|list|remove`, and the question that other commands ask where none is found. */
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { DeeplasiaError } from "../errors.js";
import { findAddon } from "../libtorch/addon.js";
import { cacheDirectory } from "../libtorch/buildCache.js";
import { describeSearch } from "../libtorch/describeSearch.js";
import {
  INSTALL_SIZE,
  type Installed,
  type InstallOptions,
  type InstallProgress,
  installLibtorch,
  removeInstalled,
} from "../libtorch/installLibtorch.js";
import { isNamed, requireLibtorch, searchLibtorch } from "../libtorch/searchLibtorch.js";
import { DEFAULT_LIBTORCH_VERSION } from "../libtorch/version.js";

interface InstallFlags {
  cuda?: boolean;
  version?: string;
  indexUrl?: string;
  from?: string;
  yes?: boolean;
}

export function registerLibtorch(program: Command): void {
  // or the program's own --version would swallow that of `install`
  program.enablePositionalOptions();
  const libtorch = program
    .command("libtorch")
    .description("install, list or remove the libtorch of the package's cache");
  libtorch
    .command("install")
    .description("download libtorch through pip into the package's cache; no Python environment is touched")
    .option("--cuda", "the build for CUDA, with the nvidia packages that it needs")
    .option("--version <version>", "another version than the one that the addon is compiled for")
    .option("--index-url <url>", "pip's --index-url")
    .option("--from <file>", "take a downloaded torch wheel or PyTorch's libtorch zip")
    .option("-y, --yes", "do not ask")
    .action(installCommand);
  libtorch
    .command("list")
    .description("list every libtorch that is found, which one is used, and why")
    .action(() => {
      console.log(
        describeSearch(searchLibtorch({ version: compiledFor(), headers: false }, { all: true })).join("\n"),
      );
    });
  libtorch
    .command("remove")
    .description("remove every libtorch from the package's cache, and nothing else")
    .action(async () => {
      const removed = await removeInstalled();
      console.log(
        removed.length === 0
          ? `nothing in ${cacheDirectory()}`
          : removed.map((path) => `removed ${path}`).join("\n"),
      );
    });
}

async function installCommand({ yes, ...flags }: InstallFlags): Promise<void> {
  const needsDownload = flags.from === undefined;
  const version = flags.version ?? wantedVersion();
  if (needsDownload && !yes && isInteractive() && !(await confirmInstall(version, flags.cuda === true)))
    return;
  const { directory, wasPresent } = await installWithProgress({ ...flags, version });
  console.log(`${wasPresent ? "already there" : "installed"}: ${directory}`);
}

/**
 * For commands that need libtorch: where none can be used, ask on a terminal whether to install one.
 * @param yes the answer, given beforehand.
 * @throws DeeplasiaError with the command that installs it, where nobody can be asked or the answer is no.
 */
export async function ensureLibtorch({ yes = false, interactive = isInteractive() } = {}): Promise<void> {
  const addon = findAddon();
  const required = { version: addon.compiledFor, headers: false };
  const { candidates, chosen } = searchLibtorch(required);
  if (chosen !== null) return;
  const last = candidates.at(-1);
  // what the user named is for the user to put right
  const mayInstall = last === undefined || !isNamed(last.source);
  if (mayInstall && (yes || (interactive && (await confirmInstall(addon.compiledFor, false))))) {
    await installWithProgress({ version: addon.compiledFor });
  }
  requireLibtorch(required);
}

/** Install with a bar on stderr. A signal is obeyed when nothing half done is left. */
export async function installWithProgress(options: InstallOptions): Promise<Installed> {
  const controller = new AbortController();
  let caught: NodeJS.Signals | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    caught = signal;
    controller.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    return await installLibtorch({ ...options, signal: controller.signal, onProgress: progressPrinter() });
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    if (caught !== undefined) process.kill(process.pid, caught);
  }
}

function progressPrinter(): (progress: InstallProgress) => void {
  let shown = "";
  return ({ phase, done, total }) => {
    const isTerminal = process.stderr.isTTY;
    const amount =
      total > 0 && isTerminal ? `${bar(done / total)} ${megabytes(done)} of ${megabytes(total)}` : "…";
    const line = `libtorch: ${phase === "download" ? "downloading" : "unpacking"} ${amount}`;
    if (line === shown) return;
    shown = line;
    process.stderr.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
  };
}

function bar(fraction: number): string {
  const filled = Math.round(Math.min(1, fraction) * 30);
  return `[${"=".repeat(filled)}${" ".repeat(30 - filled)}]`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

async function confirmInstall(version: string, cuda: boolean): Promise<boolean> {
  const size = cuda ? INSTALL_SIZE.cuda : INSTALL_SIZE.cpu;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `Install libtorch ${version}${cuda ? " with CUDA" : ""} into ${cacheDirectory()} (${size})? [Y/n] `;
    return /^(y|yes|)$/i.test((await prompt.question(question)).trim());
  } finally {
    prompt.close();
  }
}

/** Version that the addon is compiled for; null where there is no addon yet, as before the first build. */
function compiledFor(): string | null {
  try {
    return findAddon().compiledFor;
  } catch (error) {
    if (error instanceof DeeplasiaError) return null;
    throw error;
  }
}

function wantedVersion(): string {
  return compiledFor() ?? DEFAULT_LIBTORCH_VERSION;
}
