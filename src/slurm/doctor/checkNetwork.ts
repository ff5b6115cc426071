/** Whether the processes of a step reach each other: each connects to the first one over TCP, by name. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { isSystemError } from "../../errors.js";
import { nodeAddress, nodeNames } from "../nodeNames.js";
import type { SlurmTask } from "../slurmTask.js";
import { type Check, limited } from "./check.js";

const WHAT = "network";

const TIMEOUT_MS = 5_000;
/** Less than the time limit, so that the first process can still name the missing ones. */
const WAIT_MS = 4_500;
/** How long connected processes stay until the first one releases them. */
const STAY_MS = 10_000;

type Step = NonNullable<SlurmTask["step"]>;

/** Returns a port that all processes of a job know: above the ports of services, below the ephemeral ones. */
export const portOf = (jobId: string): number => 15_000 + (Number(jobId) % 15_000);

/** The processes that have connected to the first one and wait. */
export interface Gathering {
  check: Check;
  release(): void;
}

/**
 * Waits in the first process for all others and keeps them connected until `release`. A process that is late is named by
 * its rank; that is no failure yet, because starting takes time.
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
  const check = await limited(WHAT, TIMEOUT_MS, async () => {
    server.listen(port);
    await once(server, "listening");
    if (missing.size > 0) await setTimeout(WAIT_MS, null, { signal: complete.signal }).catch(() => null);
    if (missing.size === 0)
      return { ok: true, found: `all ${ranks} processes have connected on port ${port}` };
    const found = `process ${[...missing].join(", ")} of ${ranks} did not connect on port ${port} within ${WAIT_MS / 1000} s`;
    return { ok: null, found, remedy: "they are slow to start, or report below what stops them" };
  });
  const release = () => {
    for (const socket of callers) socket.end("done\n");
    server.close();
  };
  return { check, release };
}

/** Connects to the first process of the step. `nodeList` holds the nodes of the step in SLURM's short form. */
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
        // The machine answers and only no process listens yet, so the network is not at fault.
        if (isSystemError(error, "ECONNREFUSED")) return { ok: null, found };
        return {
          ok: false,
          found,
          remedy: `ask the site whether nodes may connect over TCP, and whether ${first} is the node's name`,
        };
      }
      // The first process may not listen yet.
      await setTimeout(100);
    }
  });
}

async function call(host: string, port: number, rank: number): Promise<Error | null> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(WAIT_MS) });
    // Not `end`: the other side would close the connection, too, before it answers.
    socket.write(`${rank}\n`);
    // The connection works; stay until the first process releases this one.
    await once(socket, "data", { signal: AbortSignal.timeout(STAY_MS) }).catch(() => {});
    return null;
  } catch (error) {
    return error as Error;
  } finally {
    socket.destroy();
  }
}
