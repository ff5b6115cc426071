/** The processes that train one network together, as one of them sees it; or this process alone, which is a group of one. */
import { hostname } from "node:os";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { type GroupHandle, native } from "../native.js";
import { addressOf, askedAddress } from "./hostAddress.js";
import type { Place } from "./planRanks.js";

/** How long the processes wait for each other at the start, and for a sign of life of one of them afterwards. */
const ARRIVAL_SECONDS = 120;
const SILENCE_SECONDS = 20;

/** As SLURM calls it, or as it calls itself. */
const nodeName = () => process.env.SLURMD_NODENAME ?? hostname();

interface JoinOptions {
  timeout: number;
  arrival?: number;
}

/** Before the first step there is nothing to go on from: what helps is another way between the machines. */
function notMet(cause: unknown): unknown {
  const { code, message } = toDeeplasiaError(cause);
  if (code !== "ERR_DEEPLASIA_PEER") return cause;
  return new DeeplasiaError(code, message, {
    remedy:
      "Did all processes start, and may their machines talk over any TCP port? GLOO_SOCKET_IFNAME names the network " +
      "interface to use, MASTER_ADDR rank 0's address; `slurm doctor` tries the same.",
    cause,
  });
}

/** What processes do together; all of them have to call the same in the same order. */
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
   * Meet the others. `timeout`: seconds that one waits for another that lives; `arrival`: for all to be there and
   * connected.
   *
   * Throws ERR_DEEPLASIA_PEER.
   */
  static async join(place: Place, { timeout, arrival = ARRIVAL_SECONDS }: JoinOptions): Promise<Group> {
    const { rank, ranks, localRank, localRanks, port } = place;
    const host = await addressOf(place.host);
    const options = {
      ...{ host, port, rank, ranks, name: nodeName() },
      address: askedAddress() ?? "",
      arrivalMs: arrival * 1000,
      silenceMs: SILENCE_SECONDS * 1000,
      timeoutMs: timeout * 1000,
    };
    try {
      return new Group(rank, ranks, localRank, localRanks, await native().joinGroup(options));
    } catch (error) {
      throw notMet(error);
    }
  }

  /** Whether this process writes, logs and decides. */
  get isFirst(): boolean {
    return this.rank === 0;
  }

  /** What each has, in the order of the ranks; plain values, as JSON takes them. */
  async gather<T>(own: T): Promise<T[]> {
    if (this.handle === null) return [own];
    // JSON knows no `undefined`: the value is in an array.
    const texts = await native().gatherTexts(this.handle, JSON.stringify([own]));
    return texts.map((text) => (JSON.parse(text) as [T])[0]);
  }

  /** What the first one makes; the others get it. */
  async fromFirst<T>(make: () => Promise<T> | T): Promise<T> {
    const [first] = await this.gather<T | null>(this.isFirst ? await make() : null);
    return first as T;
  }

  /** All are done. */
  async close(): Promise<void> {
    if (this.handle !== null) await native().closeGroup(this.handle);
  }

  /** This one cannot go on: the others are told why. The error as it is to be shown. */
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
