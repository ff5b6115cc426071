import { hostname } from "node:os";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { type GroupHandle, native } from "../native.js";
import { hostAddress, ownAddress } from "./hostAddress.js";
import type { Place } from "./planRanks.js";

/** How long the processes wait for each other at the start, and later for a sign of life of one of them. */
const ARRIVAL_SECONDS = 120;
const SILENCE_SECONDS = 20;

/** SLURM's name of this node, or its host name. */
const nodeName = () => process.env.SLURMD_NODENAME ?? hostname();

interface JoinOptions {
  timeout: number;
  arrival?: number;
}

/** Before the first step there is nothing to resume: the remedy is about the network. */
function arrivalError(cause: unknown): unknown {
  const { code, message } = toDeeplasiaError(cause);
  if (code !== "ERR_DEEPLASIA_PEER") return cause;
  return new DeeplasiaError(code, message, {
    remedy:
      "Check that all processes started, and that their machines can connect over any TCP port. GLOO_SOCKET_IFNAME names the " +
      "network interface to use, MASTER_ADDR the address of rank 0. `slurm doctor` tests the connections.",
    cause,
  });
}

/**
 * The processes that train one network together, as one of them sees it; a single process is a group of one. All processes
 * must call the same methods in the same order.
 */
export class Group {
  private constructor(
    readonly rank: number,
    readonly ranks: number,
    readonly localRank: number,
    readonly localRanks: number,
    /** Internal: the native object; null in a group of one. */
    readonly handle: GroupHandle | null,
  ) {}

  static readonly alone = new Group(0, 1, 0, 1, null);

  /**
   * Connects to the other processes. `arrival` is the most seconds until all are connected, `timeout` the most seconds to wait
   * for a process that lives but does not answer.
   *
   * Throws ERR_DEEPLASIA_PEER.
   */
  static async join(place: Place, { timeout, arrival = ARRIVAL_SECONDS }: JoinOptions): Promise<Group> {
    const { rank, ranks, localRank, localRanks, port } = place;
    const host = await hostAddress(place.host);
    const options = {
      ...{ host, port, rank, ranks, name: nodeName() },
      address: ownAddress() ?? "",
      arrivalMs: arrival * 1000,
      silenceMs: SILENCE_SECONDS * 1000,
      timeoutMs: timeout * 1000,
    };
    try {
      return new Group(rank, ranks, localRank, localRanks, await native().joinGroup(options));
    } catch (error) {
      throw arrivalError(error);
    }
  }

  /** Whether this process is the one that writes, logs and decides. */
  get isFirst(): boolean {
    return this.rank === 0;
  }

  /** Returns the values of all processes in the order of their ranks. They are plain values, as JSON takes them. */
  async gather<T>(own: T): Promise<T[]> {
    if (this.handle === null) return [own];
    // In an array, because JSON has no `undefined`.
    const texts = await native().gatherTexts(this.handle, JSON.stringify([own]));
    return texts.map((text) => (JSON.parse(text) as [T])[0]);
  }

  /** Calls `make` in the first process, and returns its result in all. */
  async fromFirst<T>(make: () => Promise<T> | T): Promise<T> {
    const [first] = await this.gather<T | null>(this.isFirst ? await make() : null);
    return first as T;
  }

  /** Ends the group; all processes are done. */
  async close(): Promise<void> {
    if (this.handle !== null) await native().closeGroup(this.handle);
  }

  /** Leaves the group because of an error, and sends it to the others. Returns the error to throw. */
  async leave(cause: unknown): Promise<unknown> {
    if (this.handle === null) return cause;
    const { code, message, file, row, remedy } = toDeeplasiaError(cause);
    await native().leaveGroup(this.handle, message);
    if (this.isFirst || code === "ERR_DEEPLASIA_INTERNAL") return cause;
    return new DeeplasiaError(code, `rank ${this.rank} (${nodeName()}): ${message}`, {
      ...{ file, row, remedy, cause },
    });
  }
}
