/** Whether the processes of a step reach each other: each of them calls the first one, over TCP and by name. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import type { SlurmTask } from "../environment.js";
import { addressOf, nodeNames } from "../nodes.js";
import { type Check, limited } from "./check.js";

const WHAT = "network";

const PATIENCE_MS = 4_000;
/** Less than that, so that the one who waits can still say for whom. */
const WAIT_MS = 3_500;

type Step = NonNullable<SlurmTask["step"]>;

/** A port that all processes of a job know, above those of services and below those that connections get. */
export const portOf = (jobId: string): number => 15_000 + (Number(jobId) % 15_000);

/** The first process waits for all others; who is missing is named by number. */
export function awaitOthers({ ranks }: Step, port: number): Promise<Check> {
  return limited(WHAT, PATIENCE_MS, async () => {
    const missing = new Set(Array.from({ length: ranks - 1 }, (_, i) => i + 1));
    const callers: Socket[] = [];
    const complete = new AbortController();
    await using server = await listen(port, (socket) => {
      callers.push(socket);
      createInterface({ input: socket }).once("line", (line) => {
        missing.delete(Number(line));
        if (missing.size === 0) complete.abort();
      });
    });
    if (missing.size > 0) await setTimeout(WAIT_MS, null, { signal: complete.signal }).catch(() => null);
    for (const socket of callers) socket.end("seen\n");
    if (missing.size === 0)
      return { ok: true, found: `all ${ranks} processes have called on port ${server.port}` };
    const found = `no call from process ${[...missing].join(", ")} of ${ranks} on port ${port}`;
    return {
      ok: false,
      found,
      remedy: "see what they say below; a firewall between nodes must let TCP through",
    };
  });
}

/** Call the first process of the step. `nodeList`: nodes of the step, in SLURM's short form. */
export function callFirst({ rank }: Step, nodeList: string, port: number, node: string): Promise<Check> {
  return limited(WHAT, PATIENCE_MS, async () => {
    const [first = ""] = await nodeNames(nodeList);
    const host = await addressOf(first);
    const end = performance.now() + WAIT_MS;
    for (;;) {
      const error = await call(host, port, rank);
      if (error === null) return { ok: true, found: `process ${rank} on ${node} reaches ${host}:${port}` };
      if (performance.now() > end) {
        const found = `process ${rank} on ${node} cannot reach ${first} (${host}:${port}): ${error.message}`;
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
    await once(socket, "data", { signal: AbortSignal.timeout(PATIENCE_MS) });
    return null;
  } catch (error) {
    return error as Error;
  } finally {
    socket.destroy();
  }
}

async function listen(port: number, onCaller: (socket: Socket) => void) {
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    onCaller(socket);
  });
  server.listen(port);
  await once(server, "listening");
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}
