import { describe, expect, test } from "vitest";
import { type BoneAgeModel, createPredictor, loadModel, predictImage } from "../../src/index.js";
import { halves } from "../helpers/pictures.js";
import { collect } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const load = () => loadModel(fixture("models/mean-plus-sex.pt"));
const pictures = await Promise.all([60, 90, 120, 150, 180, 210].map((grey) => halves(grey)));
const pictureAt = (i: number) => pictures[i % pictures.length]!;

describe("predict", () => {
  test("concurrent calls are predicted in batches, each as alone", async () => {
    await using model = await load();
    const sizes: number[] = [];
    await using predictor = await createPredictor(model, {
      batchSize: 8,
      onBatch: ({ size }) => sizes.push(size),
    });
    const requests = Array.from(
      { length: 50 },
      (_, i) => ({ image: pictureAt(i), sex: i % 2 === 0 ? "F" : "M" }) as const,
    );
    const all = await Promise.all(requests.map((request) => predictor.predict(request)));
    for (const [i, { ageMonths, sex }] of all.slice(0, 12).entries()) {
      const alone = await predictImage(model, requests[i]!.image, { sex: requests[i]!.sex });
      expect(ageMonths).toBeCloseTo(alone.ageMonths, 3);
      expect(sex).toBe(requests[i]!.sex);
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(50);
    expect(Math.max(...sizes)).toBe(8);
    expect(predictor.queued).toBe(0);
  });

  test("a picture that cannot be used rejects alone", async () => {
    await using model = await load();
    await using predictor = await createPredictor(model);
    const images = [pictureAt(0), Buffer.from("no picture"), pictureAt(1)];
    const results = await Promise.allSettled(images.map((image) => predictor.predict({ image, sex: "F" })));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({ reason: { code: "ERR_DEEPLASIA_IMAGE_UNREADABLE" } });
  });

  test("maxWaitMs lets a batch fill", async () => {
    await using model = await load();
    const sizes: number[] = [];
    await using predictor = await createPredictor(model, {
      batchSize: 3,
      maxWaitMs: 60_000,
      onBatch: ({ size }) => sizes.push(size),
    });
    const first = predictor.predict({ image: pictureAt(0), sex: "F" });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([sizes, predictor.queued]).toEqual([[], 1]);
    await Promise.all([first, ...[1, 2].map((i) => predictor.predict({ image: pictureAt(i), sex: "F" }))]);
    expect(sizes).toEqual([3]);
  });

  test("an ensemble returns the mean, and the result of each member", async () => {
    await using model = await load();
    await using other = await loadModel(fixture("models/mean-plus-sex.pt"));
    await using predictor = await createPredictor([model, other], { memberNames: ["a", "b"] });
    const prediction = await predictor.predict({ image: pictureAt(0), sex: "M" });
    const { ageMonths } = await predictImage(model, pictureAt(0), { sex: "M" });
    expect(prediction).toMatchObject({
      ageMonths,
      sdMonths: 0,
      members: [
        { name: "a", ageMonths },
        { name: "b", ageMonths },
      ],
    });
  });
});

describe("an abort", () => {
  test("rejects with the signal's reason, and takes a waiting picture out of the queue", async () => {
    await using model = await load();
    const sizes: number[] = [];
    await using predictor = await createPredictor(model, {
      maxWaitMs: 60_000,
      onBatch: ({ size }) => sizes.push(size),
    });
    const reason = new Error("not wanted");
    const abort = new AbortController();
    const call = predictor.predict({ image: pictureAt(0), sex: "F" }, { signal: abort.signal });
    await new Promise((resolve) => setTimeout(resolve, 10));
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect([predictor.queued, sizes]).toEqual([0, []]);
    await expect(
      predictor.predict({ image: pictureAt(0), sex: "F" }, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("predictAll", () => {
  /** Counts how many requests were taken. */
  function counted(count: number) {
    const taken = { count: 0 };
    async function* requests() {
      for (let i = 0; i < count; i++) {
        taken.count += 1;
        yield { image: i === 5 ? Buffer.from("damaged") : pictureAt(i), sex: "F" as const, id: i };
      }
    }
    return { taken, requests: requests() };
  }

  test("yields results in the order of the requests; a picture that fails is one of them", async () => {
    await using model = await load();
    await using predictor = await createPredictor(model, { batchSize: 4 });
    const results = await collect(predictor.predictAll(counted(30).requests));
    expect(results.map(({ request }) => request.id)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(
      results.flatMap((result) => ("error" in result ? [[result.request.id, result.error.code]] : [])),
    ).toEqual([[5, "ERR_DEEPLASIA_IMAGE_UNREADABLE"]]);
  });

  test("an abort rejects with the signal's reason, after the finished predictions", async () => {
    await using model = await load();
    await using predictor = await createPredictor(model, { batchSize: 4 });
    const abort = new AbortController();
    const reason = new Error("not wanted");
    const seen: number[] = [];
    const all = async () => {
      const requests = Array.from({ length: 30 }, (_, id) => ({
        image: pictureAt(id),
        sex: "F" as const,
        id,
      }));
      for await (const result of predictor.predictAll(requests, { signal: abort.signal })) {
        expect(result).toHaveProperty("prediction");
        seen.push(result.request.id);
        if (result.request.id === 3) abort.abort(reason);
      }
    };
    await expect(all()).rejects.toBe(reason);
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  test("reads no further ahead than two batches", async () => {
    await using model = await load();
    await using predictor = await createPredictor(model, { batchSize: 4 });
    const { taken, requests } = counted(1000);
    for await (const { request } of predictor.predictAll(requests)) {
      expect(taken.count).toBeLessThanOrEqual(request.id + 8);
      if (request.id === 40) break;
    }
  });
});

describe("closing", () => {
  test("waits for accepted calls, and rejects later ones", async () => {
    await using model = await load();
    const predictor = await createPredictor(model, { batchSize: 2 });
    const accepted = Array.from({ length: 9 }, (_, i) =>
      predictor.predict({ image: pictureAt(i), sex: "F" }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    await predictor.close();
    expect(await Promise.all(accepted)).toHaveLength(9);
    await expect(predictor.predict({ image: pictureAt(0), sex: "F" })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_DISPOSED",
    });
  });
});

describe("arguments", () => {
  test.each<[what: string, call: (model: BoneAgeModel) => Promise<unknown>, message: RegExp]>([
    ["an option that is none", (model) => createPredictor(model, { batchsize: 3 } as object), /batchSize/],
    [
      "a key of a request that is none",
      async (model) => (await createPredictor(model)).predict({ image: pictureAt(0), gender: "F" } as never),
      /gender/,
    ],
    [
      "no sex",
      async (model) => (await createPredictor(model)).predict({ image: pictureAt(0) }),
      /needs the sex/,
    ],
  ])("%s is refused by name", async (_, call, message) => {
    await using model = await load();
    await expect(call(model)).rejects.toThrow(message);
  });
});
