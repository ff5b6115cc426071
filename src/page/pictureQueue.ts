/** All pictures of the page, and the requests for those that want a result. */
import type { Answer, Fault, Sex } from "./answer.js";
import { type AgeFields, NO_AGE, type Picture, type PictureFile, type Rotation } from "./picture.js";

/** Enough to keep the service busy while the next picture is on its way. */
const AT_ONCE = 2;

export interface QueueTools {
  /** Rejects with an error that has a `fault` where there is no result. */
  predict(picture: Picture, signal: AbortSignal): Promise<Answer>;
  /** Returns an address for a file, or for an answer's preview; null where a browser cannot show it. */
  show(what: PictureFile | Answer): string | null;
  /** Whether the service would only ask for the sex. */
  wantsSex(picture: Picture): boolean;
  /** Frees an address. */
  hide(address: string): void;
}

/** Code of the fault of a request without a sex, for a model that needs one. */
const NEEDS_SEX = "ERR_DEEPLASIA_SEX";

export class PictureQueue {
  private list: readonly Picture[] = [];
  private readonly running = new Map<number, AbortController>();
  private readonly listeners = new Set<() => void>();
  private lastId = 0;

  constructor(private readonly tools: QueueTools) {}

  /** The pictures in the order in which they came; another array after every change. */
  get pictures(): readonly Picture[] {
    return this.list;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Adds files and returns the first picture's id; null where there was no file. */
  add(
    files: readonly PictureFile[],
    known: { sex?: Sex | null; age?: Partial<AgeFields> } = {},
  ): number | null {
    const added = files.map((file): Picture => {
      const about = { sex: known.sex ?? null, age: { ...NO_AGE, ...known.age } };
      const address = this.tools.show(file);
      this.lastId++;
      const state = { is: "waiting" } as const;
      return { id: this.lastId, file, address, addressRotation: 0, rotation: 0, state, ...about };
    });
    this.update([...this.list, ...added]);
    return added[0]?.id ?? null;
  }

  setAge(id: number, age: AgeFields): void {
    this.change(id, { age });
  }

  /** What changes the result makes a new request. */
  setSex(id: number, sex: Sex | null): void {
    this.again([id], { sex });
  }

  rotate(id: number, rotation: Rotation): void {
    this.again([id], { rotation });
  }

  retry(id: number): void {
    this.again([id], {});
  }

  setSexWhereNeeded(sex: Sex): void {
    this.again(this.idsIn("needs-sex"), { sex });
  }

  /** Predicts all pictures anew: another model was chosen. */
  restart(): void {
    this.again(
      this.list.map(({ id }) => id),
      {},
    );
  }

  /** Cancels what waits or runs. Results stay. */
  cancel(): void {
    for (const id of this.idsIn("waiting", "running")) this.stop(id, { state: { is: "cancelled" } });
    this.update(this.list);
  }

  remove(ids: readonly number[]): void {
    for (const id of ids) this.stop(id, {});
    for (const { id, address } of this.list)
      if (address !== null && ids.includes(id)) this.tools.hide(address);
    this.update(this.list.filter(({ id }) => !ids.includes(id)));
  }

  private idsIn(...states: Picture["state"]["is"][]): number[] {
    return this.list.filter(({ state }) => states.includes(state.is)).map(({ id }) => id);
  }

  private again(ids: readonly number[], changes: Partial<Picture>): void {
    for (const id of ids) this.stop(id, { ...changes, state: { is: "waiting" } });
    this.update(this.list);
  }

  private stop(id: number, changes: Partial<Picture>): void {
    this.running.get(id)?.abort();
    this.running.delete(id);
    this.list = this.list.map((picture) => (picture.id === id ? { ...picture, ...changes } : picture));
  }

  private change(id: number, changes: Partial<Picture>): void {
    this.update(this.list.map((picture) => (picture.id === id ? { ...picture, ...changes } : picture)));
  }

  private update(list: readonly Picture[]): void {
    this.list = list.map((picture) =>
      picture.state.is === "waiting" && this.tools.wantsSex(picture)
        ? { ...picture, state: { is: "needs-sex" } }
        : picture,
    );
    for (const picture of this.list)
      if (picture.state.is === "waiting" && this.running.size < AT_ONCE) this.start(picture);
    for (const listener of this.listeners) listener();
  }

  private start(picture: Picture): void {
    const { id } = picture;
    const controller = new AbortController();
    this.running.set(id, controller);
    this.list = this.list.map((one) => (one.id === id ? { ...one, state: { is: "running" } } : one));
    const settle = (changes: (now: Picture) => Partial<Picture>) => {
      // Who stopped this request has decided what the picture is now.
      if (this.running.get(id) !== controller) return;
      this.running.delete(id);
      this.change(id, changes(this.list.find((one) => one.id === id)!));
    };
    this.tools.predict(picture, controller.signal).then(
      (answer) => settle((now) => this.answered(now, answer)),
      (error) => settle(() => ({ state: failed(error) })),
    );
  }

  private answered(picture: Picture, answer: Answer): Partial<Picture> {
    const preview = this.tools.show(answer);
    const state = { is: "done", answer } as const;
    if (preview === null) return { state };
    if (picture.address !== null) this.tools.hide(picture.address);
    return { state, address: preview, addressRotation: picture.rotation };
  }
}

function failed(error: unknown): Picture["state"] {
  const fault: Fault = (error as { fault?: Fault }).fault ?? { code: "PAGE", message: String(error) };
  return fault.code === NEEDS_SEX ? { is: "needs-sex" } : { is: "failed", fault };
}
