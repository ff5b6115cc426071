import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { freePort } from "./hostAddress.js";
import type { Place } from "./planRanks.js";

/** How long the other processes may take to end once this one is done or has failed. */
const GRACE_MS = 15_000;

export interface Launched extends AsyncDisposable {
  /** The place of this process. */
  place: Place;
}

/**
 * Starts the other processes of a run on this machine, ranks 1 and up, as copies of this one, which is rank 0. torchrun's
 * variables give each its rank. Disposing waits for their end, and kills those that do not end.
 */
export async function launch(ranks: number): Promise<Launched> {
  const host = "127.0.0.1";
  const port = await freePort();
  const children = Array.from({ length: ranks - 1 }, (_, i) => start(i + 1, { ranks, host, port }));
  return {
    place: { rank: 0, ranks, localRank: 0, localRanks: ranks, host, port },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(children.map(end));
    },
  };
}

function start(rank: number, { ranks, host, port }: { ranks: number; host: string; port: number }) {
  const env = {
    ...process.env,
    RANK: String(rank),
    LOCAL_RANK: String(rank),
    WORLD_SIZE: String(ranks),
    LOCAL_WORLD_SIZE: String(ranks),
    MASTER_ADDR: host,
    MASTER_PORT: String(port),
  };
  const command = [...process.execArgv, ...process.argv.slice(1)];
  return spawn(process.execPath, command, { env, stdio: ["ignore", "ignore", "inherit"] });
}

async function end(child: ChildProcess): Promise<void> {
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  if (!isRunning()) return;
  const ended = once(child, "exit");
  const timer = new AbortController();
  const patience = setTimeout(GRACE_MS, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([ended, patience]);
  timer.abort();
  if (isRunning()) child.kill("SIGKILL");
  await ended;
}
