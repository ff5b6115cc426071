import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { type BatchHandle, type ModelHandle, native } from "../../src/native.js";
import { plainPlan } from "../helpers/chain.js";
import { CPU, modelFile, uniform, withModel } from "../helpers/model.js";
import { runProgram } from "../helpers/program.js";
import { temporaryFolder } from "../helpers/temporary.js";

const NONE = { method: "none" as const, mean: [], sd: [] };
const PICTURE = {
  data: new Uint8Array(16).fill(7, 3),
  width: 4,
  height: 4,
  channels: 1,
  depth: 8,
  luma: "png",
} as const;

const loadModel = (name = "mean-plus-sex") => native().loadModel(modelFile(name), CPU);
const forward = (model: ModelHandle) => native().forward(model, ...uniform([0.25]), Float32Array.of(1));
const read = (batch: BatchHandle) => native().readBatch(batch, Int32Array.of(0), 1, NONE);

/** Returns a foreign External: one of Node's own server handles. */
function foreignExternal(): unknown {
  const server = createServer().listen(0);
  const { _externalStream } = (server as unknown as { _handle: { _externalStream: unknown } })._handle;
  server.close();
  return _externalStream;
}

describe("a handle of another kind is an error, not a crash", () => {
  test("nothing, plain values, and a foreign External", () => {
    for (const wrong of [undefined, null, {}, 7, "model", [], foreignExternal()] as never[]) {
      expect(() => forward(wrong)).toThrow("not a model handle");
      expect(() => native().modelFacts(wrong)).toThrow("not a model handle");
      expect(() => read(wrong)).toThrow("not a batch handle");
      expect(() => native().dispose(wrong)).toThrow(/not a handle/);
    }
  });

  test("a model in place of a batch, and a batch in place of a model", async () => {
    const batch = native().createBatch(1, 4, 4);
    await withModel("mean-plus-sex", async (model) => {
      const [asModel, asBatch] = [batch as unknown as ModelHandle, model as unknown as BatchHandle];
      expect(() => forward(asModel)).toThrow("not a model handle");
      expect(() => read(asBatch)).toThrow("not a batch handle");
      expect(() => native().fillSlot(asBatch, 0, PICTURE, null, plainPlan(4, 4))).toThrow(
        "not a batch handle",
      );
      expect(() => native().predict(asModel, batch, Int32Array.of(0), 1, NONE, null)).toThrow(
        "not a model handle",
      );
      expect(() => native().predict(model, asBatch, Int32Array.of(0), 1, NONE, null)).toThrow(
        "not a batch handle",
      );
    });
    await native().dispose(batch);
  });

  test.each([
    [0, 4, 4],
    [-1, 4, 4],
    [1, 0, 4],
    [1, 4, 2 ** 40],
    [Number.NaN, 4, 4],
  ])("a batch of %d pictures of %d x %d is refused", (capacity, height, width) => {
    expect(() => native().createBatch(capacity, height, width)).toThrow("must be positive and at most 65536");
  });

  test("a batch that is too large for memory is an out-of-memory error", () => {
    expect(() => native().createBatch(65536, 65536, 65536)).toThrow(
      expect.objectContaining({ code: "ERR_DEEPLASIA_OUT_OF_MEMORY" }),
    );
  });
});

describe("dispose", () => {
  const DISPOSED = expect.objectContaining({ code: "ERR_DEEPLASIA_DISPOSED" });

  test("is idempotent, also when called several times at once", async () => {
    const model = await loadModel();
    await Promise.all([native().dispose(model), native().dispose(model)]);
    await native().dispose(model);
    const batch = native().createBatch(1, 4, 4);
    await native().dispose(batch);
    await native().dispose(batch);
  });

  test("makes every function throw for the handle", async () => {
    const [model, batch] = [await loadModel(), native().createBatch(1, 4, 4)];
    await Promise.all([native().dispose(model), native().dispose(batch)]);
    expect(() => forward(model)).toThrow(DISPOSED);
    expect(() => native().modelFacts(model)).toThrow(DISPOSED);
    expect(() => read(batch)).toThrow(DISPOSED);
    expect(() => native().fillSlot(batch, 0, PICTURE, null, plainPlan(4, 4))).toThrow(DISPOSED);
  });

  test("waits for work in flight and refuses new work meanwhile", async () => {
    const model = await loadModel("slow");
    const events: string[] = [];
    const running = Array.from({ length: 3 }, async () => {
      const { age } = await native().forward(model, ...uniform([0.1]), Float32Array.of(0));
      events.push(`forward ${age[0]?.toFixed(1)}`);
    });
    const disposing = native()
      .dispose(model)
      .then(() => events.push("disposed"));
    expect(() => forward(model)).toThrow(DISPOSED);
    await Promise.all([...running, disposing]);
    expect(events).toEqual(["forward 0.1", "forward 0.1", "forward 0.1", "disposed"]);
  });

  test("waits for work that fails", async () => {
    const model = await loadModel("throws");
    const events: string[] = [];
    const failing = forward(model).catch(() => events.push("failed"));
    await native().dispose(model);
    events.push("disposed");
    await failing;
    expect(events).toEqual(["failed", "disposed"]);
  });

  test("waits for predictions with the model or the batch", async () => {
    const [model, batch] = [await loadModel(), native().createBatch(1, 4, 4)];
    await native().fillSlot(batch, 0, PICTURE, null, plainPlan(4, 4));
    const running = native().predict(model, batch, Int32Array.of(0), 1, NONE, Float32Array.of(1));
    await Promise.all([native().dispose(batch), native().dispose(model)]);
    expect((await running).age[0]).toBeCloseTo((13 * 7) / 16 + 0.5, 5);
  });
});

describe("memory", () => {
  test("V8 knows the size of handles, so it collects unreferenced ones", async () => {
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    // V8 itself sees a hundred tiny objects, which are no reason for a collection.
    for (let i = 0; i < 100; i++) {
      registry.register(native().createBatch(16, 1024, 1024), i); // 64 MB, never touched
      await new Promise(setImmediate);
    }
    expect(collected).toBeGreaterThan(10);
  });

  test("200 models and batches leave no memory behind", async () => {
    const cycle = async () => {
      const [model, batch] = [await loadModel(), native().createBatch(4, 512, 512)]; // 4 MB
      await native().fillSlot(batch, 0, PICTURE, null, plainPlan(512, 512));
      await native().predict(model, batch, Int32Array.of(0, 0, 0, 0), 1, NONE, new Float32Array(4));
      await Promise.all([native().dispose(model), native().dispose(batch)]);
    };
    for (let i = 0; i < 20; i++) await cycle();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) await cycle();
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100); // the batches alone were 800 MB
  });

  test("an unreferenced handle is not collected while it works", async () => {
    const { stdout, stderr, code } = await runProgram(
      await temporaryFolder(),
      `
      let collected = 0;
      const registry = new FinalizationRegistry(() => collected++);
      const start = async () => { // no name keeps the model
        const model = await load("slow");
        registry.register(model, 0);
        return { running: forward(model, 0.3) };
      };
      const { running } = await start();
      for (let i = 0; i < 5; i++) { globalThis.gc(); await sleep(1); }
      const during = collected;
      const { age } = await running;
      for (let i = 0; i < 50 && collected === 0; i++) { globalThis.gc(); await sleep(1); }
      console.log(age[0].toFixed(1), during, collected);`,
      ["--expose-gc"],
    );
    expect({ stdout, stderr, code }).toEqual({ stdout: "0.8 0 1\n", stderr: "", code: 0 });
  });
});
