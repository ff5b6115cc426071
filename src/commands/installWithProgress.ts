/** An installation of libtorch on a terminal: the question before it, and its progress. */
import { createInterface } from "node:readline/promises";
import { cacheDirectory } from "../libtorch/buildCache.js";
import { INSTALL_SIZE, type Installed, installLibtorch } from "../libtorch/installLibtorch.js";
import type { InstallLibtorchOptions } from "../libtorch/installLibtorchOptions.js";
import type { InstallProgress } from "../libtorch/installOptions.js";

/** Install with a progress bar on stderr. After a signal the process ends once nothing half done is left. */
export async function installWithProgress(options: InstallLibtorchOptions): Promise<Installed> {
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

/** Whether a question can be asked on the terminal. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

export async function confirmInstall(version: string, cuda: boolean): Promise<boolean> {
  const size = cuda ? INSTALL_SIZE.cuda : INSTALL_SIZE.cpu;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `Install libtorch ${version}${cuda ? " with CUDA" : ""} into ${cacheDirectory()} (${size})? [Y/n] `;
    return /^(y|yes|)$/i.test((await prompt.question(question)).trim());
  } finally {
    prompt.close();
  }
}
