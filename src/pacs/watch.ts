/** Predicts the DICOM files that appear in a folder, some at a time, and those that are received. */
import { readFile, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import type { Logger } from "pino";
import type { ObjectFiles } from "../dicom/objects/finding.js";
import { DeeplasiaError } from "../errors.js";
import { Semaphore } from "../semaphore.js";
import { Arrivals } from "./arrivals.js";
import { openWatchFolders, type WatchFolders } from "./folders.js";
import { type Item, Spool } from "./spool.js";

/** What predicts, and words errors for people. */
export interface Predicting {
  predict(bytes: Uint8Array): Promise<{ answer: object; objects(): Promise<ObjectFiles> }>;
  problemOf(error: unknown): { status: number; code: string; message: string; remedy: string | undefined };
}

export interface WatchOptions {
  /** Where files come in, and where results go. */
  watch: readonly [string, string];
  watchSettleMs: number;
  removeDone: boolean;
  maxBytes: number;
  /** Files in work at once. */
  atOnce: number;
  /** Between two listings of the folder; default a second. */
  pollMs?: number | undefined;
}

const POLL_MS = 1000;
/** Before something is tried again that failed for no fault of the file: a full disk, a network folder that is gone. */
const RETRY_MS = 10_000;
/** How often a file is tried that the service has no time or memory for. */
const MOST_ATTEMPTS = 3;

export class Watch {
  private readonly stopped = new AbortController();
  private readonly room: Semaphore;
  private readonly arrivals: Arrivals;
  private readonly working = new Set<Promise<void>>();
  private foreign = 0;
  private readonly polling: Promise<void>;

  private constructor(
    private readonly folders: WatchFolders,
    private readonly spool: Spool,
    recovered: readonly Item[],
    private readonly options: WatchOptions,
    private readonly predicting: Predicting,
    private readonly log: Logger,
  ) {
    this.room = new Semaphore(options.atOnce);
    this.arrivals = new Arrivals(folders.input, options.watchSettleMs);
    for (const item of recovered) this.begin(item);
    this.polling = this.poll();
  }

  /** @throws DeeplasiaError as `openWatchFolders`. */
  static async start(options: WatchOptions, predicting: Predicting, log: Logger): Promise<Watch> {
    const folders = await openWatchFolders(options.watch);
    try {
      const spool = new Spool(folders, options.removeDone);
      const recovered = await spool.recover();
      log.info({ recovered: recovered.length }, "watching");
      return new Watch(folders, spool, recovered, options, predicting, log);
    } catch (error) {
      await folders[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Stores a file that was received, and resolves once it cannot be lost; it is predicted later. */
  async receive(name: string, bytes: Uint8Array): Promise<void> {
    if (this.stopped.signal.aborted) throw new Error("the service is stopping");
    this.begin(await this.spool.receive(name, bytes));
  }

  /** Takes no more files, and waits for those in work. Others stay where they are for the next start. */
  async close(): Promise<void> {
    this.stopped.abort();
    await this.polling;
    while (this.working.size > 0) await Promise.all(this.working);
    await this.folders[Symbol.asyncDispose]();
  }

  private async poll(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        for (const name of await this.newNames()) await this.take(name);
      } catch (error) {
        this.log.error({ code: this.predicting.problemOf(error).code }, "the folder cannot be read");
        await this.pause(RETRY_MS);
      }
      await this.pause(this.options.pollMs ?? POLL_MS);
    }
  }

  private async newNames(): Promise<string[]> {
    const names = await this.arrivals.scan();
    const { foreign } = this.arrivals;
    if (foreign > this.foreign) this.log.warn({ files: foreign }, "files that are not DICOM are left");
    this.foreign = foreign;
    return names;
  }

  /** Claims a file when there is room for it, so that what is in work is little. */
  private async take(name: string): Promise<void> {
    await this.room.acquire();
    this.room.release();
    if (this.stopped.signal.aborted) return;
    const item = await this.spool.claim(name);
    if (item !== null) this.begin(item);
  }

  private begin(item: Item): void {
    const work = this.room.run(() => this.finish(item));
    this.working.add(work);
    void work.finally(() => this.working.delete(work));
  }

  /** Brings an item to its end, or leaves it on disk where the service stops before. */
  private async finish(item: Item): Promise<void> {
    const since = performance.now();
    for (let attempt = 1; !this.stopped.signal.aborted; attempt++) {
      try {
        if (item.state === "claimed") await this.predict(item);
        await this.spool.publish(item);
        this.log.info({ item: item.id, ms: Math.round(performance.now() - since) }, "predicted");
        return;
      } catch (error) {
        if (await this.failed(item, error, attempt)) return;
      }
      await this.pause(RETRY_MS);
    }
  }

  private async predict(item: Item): Promise<void> {
    const { maxBytes } = this.options;
    const file = this.spool.fileOf(item);
    if ((await stat(file)).size > maxBytes)
      throw new DeeplasiaError("ERR_DEEPLASIA_IMAGE_TOO_LARGE", `the file has more than ${maxBytes} bytes`, {
        remedy: "Raise `maxBytes` where files of this size are meant.",
      });
    const { answer, objects } = await this.predicting.predict(await readFile(file));
    const { instanceUid, report, capture } = await objects();
    await this.spool.commit(item, [
      [`${instanceUid}.sr.dcm`, report],
      [`${instanceUid}.sc.dcm`, capture],
      [`${instanceUid}.json`, `${JSON.stringify(answer, null, 2)}\n`],
    ]);
  }

  /** Sets the item aside where the fault is the file's. Returns whether that was done. */
  private async failed(item: Item, error: unknown, attempt: number): Promise<boolean> {
    const { status, code, message, remedy } = this.predicting.problemOf(error);
    const isOurs = item.state === "predicted" || code === "ERR_DEEPLASIA_OUTPUT";
    const isAgain = isOurs || (status === 503 && attempt < MOST_ATTEMPTS);
    const isFault = status >= 500 && !isOurs && error instanceof Error;
    const facts = {
      item: item.id,
      code,
      system: systemCodeOf(error),
      attempt,
      ...(isFault && { reason: error.stack }),
    };
    this.log.warn(facts, isAgain ? "is tried again" : "failed");
    if (isAgain) return false;
    try {
      await this.spool.fail(item, [`${code}: ${message}`, remedy].filter(Boolean).join("\n"));
      return true;
    } catch {
      return false;
    }
  }

  private async pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.stopped.signal }).catch(() => {});
  }
}

/** Such as ENOSPC: the message would name the file. */
const systemCodeOf = (error: unknown): unknown => {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return error instanceof DeeplasiaError ? (cause as { code?: unknown } | undefined)?.code : code;
};
