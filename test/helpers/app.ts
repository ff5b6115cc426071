/** `deeplasia-native app` as a user starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { program } from "./cli.js";

export interface StartedApp {
  /** The address that it prints, with its token. */
  address: string;
  /** Ends it as Ctrl-C does; returns its exit code. */
  stop(): Promise<number | null>;
}

export async function startedApp(
  args: readonly string[] = ["--address-only"],
  env = {},
): Promise<StartedApp> {
  const child = spawn(process.execPath, [program, "app", ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const address = await firstLine(child);
  const stop = async () => {
    const ended = once(child, "exit");
    child.kill("SIGINT");
    const [code] = await ended;
    return code as number | null;
  };
  return { address, stop };
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: stdout! })) return line;
  throw new Error("the app ended without an address");
}
