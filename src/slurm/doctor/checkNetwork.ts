/** Whether the processes of a step reach each other: each of them calls the first one, over TCP and by name. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { isSystemError } from "../../errors.js";
import { nodeAddress, nodeNames } from "../nodeNames.js";
import type { SlurmTask } from "../slurmTask.js";
import { type Check, limited } from "./check.js";

const WHAT = "network";

const PATIENCE_MS = 5_000;
/** Less than that, so that the one who waits can still say for whom. */
const WAIT_MS = 4_500;
/** How long those who have called stay, until the first one has no more use for them. */
const STAY_MS = 10_000;

type Step = NonNullable<SlurmTask["step"]>;

/** A port that all processes of a job know, above those of services and below those that connections get. */
export const portOf = (jobId: string): number => 15_000 + (Number(jobId) % 15_000);

/** Those who have called, and wait. */
export interface Gathering {
  check: Check;
  release(): void;
}

/**
 * The first process waits for all others, and keeps them until `release`. Who is late is named by number; that is no
 * failure yet, as starting takes its time.
 */
export async function gather({ ranks }: Step, port: number): Promise<Gathering> {
  const missing = new Set(Array.from({ length: ranks - 1 }, (_, i) => i + 1));
  const callers: Socket[] = [];
  const complete = new AbortController();
  const server = createServer((socket) => {
    socket.on("error", () => {});
    callers.push(socket);
    createInterface({ input: socket }).once("line", (line) => {
      missing.delete(Number(line));
      if (missing.size === 0) complete.abort();
    });
  });
  const check = await limited(WHAT, PATIENCE_MS, async () => {
    server.listen(port);
    await once(server, "listening");
    if (missing.size > 0) await setTimeout(WAIT_MS, null, { signal: complete.signal }).catch(() => null);
    if (missing.size === 0) return { ok: true, found: `all ${ranks} processes have called on port ${port}` };
    const found = `no call from process ${[...missing].join(", ")} of ${ranks} on port ${port} within ${WAIT_MS / 1000} s`;
    return { ok: null, found, remedy: "they are slow to start, or say below what stops them" };
  });
  const release = () => {
    for (const socket of callers) socket.end("done\n");
    server.close();
  };
  return { check, release };
}

/** Call the first process of the step. `nodeList`: nodes of the step, in SLURM's short form. */
export function callFirst({ rank }: Step, nodeList: string, port: number, node: string): Promise<Check> {
  return limited(WHAT, WAIT_MS + STAY_MS, async () => {
    const [first = ""] = await nodeNames(nodeList);
    const host = await nodeAddress(first);
    const end = performance.now() + WAIT_MS;
    for (;;) {
      const error = await call(host, port, rank);
      if (error === null) return { ok: true, found: `process ${rank} on ${node} reaches ${host}:${port}` };
      if (performance.now() > end) {
        const found = `process ${rank} on ${node} cannot reach ${first} (${host}:${port}): ${error.message}`;
        // Where a machine answers, and only nobody listens yet, the way is free.
        if (isSystemError(error, "ECONNREFUSED")) return { ok: null, found };
        return {
          ok: false,
          found,
          remedy: `ask the site whether nodes may talk over TCP, and whether ${first} has that name`,
        };
      }
      // The first one may not have begun to listen.
      await setTimeout(100);
    }
  });
}

async function call(host: string, port: number, rank: number): Promise<Error | null> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(WAIT_MS) });
    // Not `end`: the other side would hang up, too, before it has answered.
    socket.write(`${rank}\n`);
    // Reached; what is left is to stay until the first one has no more use for this process.
    await once(socket, "data", { signal: AbortSignal.timeout(STAY_MS) }).catch(() => {});
    return null;
  } catch (error) {
    return error as Error;
  } finally {
    socket.destroy();
  }
}
