/** The command line as a user runs it: the built program in a process of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { withPermissions } from "./permissions.js";
import { projectRoot } from "./testData.js";

export const program = join(projectRoot, "dist/bin.cjs");

export interface CliResult {
  /** Exit code, or null after a signal. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Called with the text of stderr so far whenever there is more. */
  onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Called at once; whatever else shall decide when the program ends. */
  onStart?: (kill: (signal: NodeJS.Signals) => void, pid: number) => void;
  /** Send the signal so many milliseconds after the start. */
  killAfter?: { milliseconds: number; signal: NodeJS.Signals };
  /** Permissions hold, even where the tests run as root. */
  heedsPermissions?: boolean;
}

/** Run `deeplasia-native` with arguments to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { cwd, env, onStderr, onStart, killAfter, heedsPermissions = false } = options;
  const plain: [string, string[]] = [process.execPath, [program, ...args]];
  const [command, words] = heedsPermissions ? withPermissions(...plain) : plain;
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onStart?.((signal) => child.kill(signal), child.pid!);
    const text = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text.stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text.stderr += chunk;
      onStderr?.(text.stderr, (signal) => child.kill(signal));
    });
    const timer = killAfter && setTimeout(() => child.kill(killAfter.signal), killAfter.milliseconds);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...text });
    });
  });
}

/** Rows of a simple CSV text (no quotes) by column name. */
export function csvRows(text: string): Record<string, string>[] {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));
}
