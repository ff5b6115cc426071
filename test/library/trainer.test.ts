import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, expectTypeOf, test } from "vitest";
import { createTrainer, DeeplasiaError, loadModel } from "../../src/index.js";
import { native } from "../../src/native.js";
import { rowFacts } from "../../src/trainer/rowFacts.js";
import { plainPlan } from "../helpers/chain.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture, projectRoot } from "../helpers/testData.js";
import { batch, evaluate, LEARNS, rejection, SHAPE, step, withTrainer } from "../helpers/trainer.js";

/** The loop that the README shows. */
const LOOP = `
import { createTrainer } from "deeplasia-native";

let seed = 1;
Math.random = () => (seed = (seed * 16807) % 2147483647) / 2147483647; // the same pictures in every run
const shape = [8, 1, 32, 32];
function batch() {
  const male = Array.from({ length: 8 }, () => Math.round(Math.random()));
  const ageZ = male.map((one) => one + Math.random() - 1);
  const data = Float32Array.from({ length: 8 * 32 * 32 }, (_, i) => ageZ[i >> 10] + Math.random());
  return [data, shape, male, ageZ];
}

const trainer = await createTrainer("model.pt", { optimizer: "adamw", lr: 0.01, gradientClipVal: 1, emaDecay: 0.9 });
for (let i = 1; i <= 100; i++) {
  const { loss, gradNorm, nonFinite } = await trainer.step(...batch());
  if (nonFinite !== null) throw new Error(\`step \${i}: the \${nonFinite} is not finite\`);
  if (i % 20 === 0) console.log(\`step \${i}: loss \${loss.toFixed(3)}, norm of the gradients \${gradNorm.toFixed(2)}\`);
}
const { loss } = await trainer.evaluate(...batch(), { ema: true });
console.log(\`unseen pictures: loss \${loss.toFixed(3)}\`);
await trainer.save("trained.pt", { ema: true });
await trainer.saveState("trained.safetensors"); // restoreState() resumes from here, bit for bit
await trainer.dispose();
`;

test("a training loop of twenty lines learns", async () => {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(projectRoot, join(folder, "node_modules/deeplasia-native"));
  copyFileSync(LEARNS, join(folder, "model.pt"));
  writeFileSync(join(folder, "loop.mjs"), LOOP);
  const output = execFileSync(process.execPath, ["loop.mjs"], { cwd: folder, encoding: "utf8" });
  expect(output.match(/^step \d+: loss \d\.\d{3}, norm of the gradients \d+\.\d\d$/gm)).toHaveLength(5);
  const [first, ...others] = [...output.matchAll(/loss (\d\.\d+)/g)].map(([, loss]) => Number(loss));
  expect(others.at(-1)).toBeLessThan(0.5 * first!);
  const model = await loadModel(join(folder, "trained.pt"));
  expect(model.contract.provenance).toContain("make.py");
  await model.dispose();
  expect(existsSync(join(folder, "trained.safetensors.tmp"))).toBe(false);
});

describe("step and evaluate", () => {
  test("give losses that add up, outputs of each row, and the norm", () =>
    withTrainer({ ageSigma: 0.5, sexSigma: 0.25 }, async (trainer) => {
      const result = await step(trainer, 1);
      expectTypeOf(result.loss).toBeNumber();
      expect(result).toMatchObject({ updated: true, nonFinite: null, gradNorm: expect.any(Number) });
      expect(result.loss).toBeCloseTo(0.5 * result.ageLoss + 0.25 * result.sexLoss!, 5);
      const { ageZ } = batch(1);
      const squares = ageZ.map((truth, row) => (truth - result.ageZ[row]!) ** 2);
      expect(result.ageLoss).toBeCloseTo(squares.reduce((sum, square) => sum + square) / 4, 5);
      expect(result.sexLogit).toHaveLength(4);
    }));

  test("without a truth there is no loss", () =>
    withTrainer({}, async (trainer) => {
      const { data, male } = batch(1);
      const result = await trainer.evaluate(data, SHAPE, male);
      expect(result).toMatchObject({ loss: null, ageLoss: null, sexLoss: null });
      expect(result.ageZ).toHaveLength(4);
    }));

  test("evaluation changes nothing", () =>
    withTrainer({}, async (trainer) => {
      const [first, second] = [await evaluate(trainer), await evaluate(trainer)];
      expect(second).toEqual(first);
      await step(trainer, 1);
      expect((await evaluate(trainer)).loss).not.toBe(first.loss);
    }));

  test("slots of a batch do as the same pictures do as a tensor", async () => {
    const pictures = native().createBatch(4, 32, 32);
    const grey = (seed: number) => new Uint8Array(1024).map((_, i) => (i * i * (seed + 3)) % 251);
    for (const slot of [0, 1, 2, 3]) {
      const picture = {
        data: grey(slot),
        width: 32,
        height: 32,
        channels: 1,
        depth: 8,
        luma: "png",
      } as const;
      await native().fillSlot(pictures, slot, picture, null, plainPlan(32, 32));
    }
    const normalisation = { method: "zscore" as const, mean: [], sd: [] };
    const slots = Int32Array.of(2, 0, 3, 1);
    const data = await native().readBatch(pictures, slots, 1, normalisation);
    const { male, ageZ } = batch(1);
    const input = { batch: pictures, slots, channels: 1, normalisation };
    const [a, b] = [
      await withTrainer({}, (trainer) => trainer.step(data, SHAPE, male, ageZ)),
      await withTrainer({}, (trainer) =>
        trainer.stepOn(input, rowFacts(trainer.sexEncoding, input, male, ageZ), {
          accumulation: 1,
          update: false,
        }),
      ),
    ];
    expect(b).toEqual(a);
    const [c, d] = [
      await withTrainer({}, (trainer) => trainer.evaluate(data, SHAPE, male, ageZ)),
      await withTrainer({}, (trainer) =>
        trainer.evaluateOn(input, rowFacts(trainer.sexEncoding, input, male, ageZ)),
      ),
    ];
    expect(d).toEqual(c);
    await native().dispose(pictures);
  });

  test("the sex is encoded by the contract", async () => {
    const { data, ageZ } = batch(1);
    const run = (sexEncoding: "male-1" | "female-1", male: number[]) =>
      withTrainer({ contract: { sexEncoding } }, (trainer) => trainer.evaluate(data, SHAPE, male, ageZ));
    const [a, b] = [await run("male-1", [1, 0, 0, 1]), await run("female-1", [0, 1, 1, 0])];
    expect(b.ageZ).toEqual(a.ageZ);
    expect(b.sexLoss).not.toBe(a.sexLoss); // the truth of the sex head is male = 1 in any case
  });

  test("NaN is reported and changes nothing, and the next step works", () =>
    withTrainer({ emaDecay: 0.5 }, async (trainer) => {
      await step(trainer, 1);
      const before = [await evaluate(trainer), await evaluate(trainer, true)];
      const { data, male, ageZ } = batch(2);
      const result = await trainer.step(data, SHAPE, male, [Number.NaN, ...ageZ.slice(1)]);
      expect(result).toMatchObject({ loss: Number.NaN, updated: false, nonFinite: "loss", gradNorm: null });
      expect([await evaluate(trainer), await evaluate(trainer, true)]).toEqual(before);
      expect((await step(trainer, 2)).updated).toBe(true);
    }));
});

describe("effects of the options", () => {
  test("a learning rate of 0 moves no weight, and can be changed", () =>
    withTrainer({ lr: 0, freeze: ["body.*"] }, async (trainer) => {
      const before = await evaluate(trainer);
      await step(trainer, 1);
      expect(await evaluate(trainer)).toEqual(before);
      trainer.setLearningRate(0.1);
      expect(trainer.learningRate).toBe(0.1);
      await step(trainer, 1);
      expect((await evaluate(trainer)).loss).not.toBe(before.loss);
    }));

  test("frozen parameters do not count as learning", async () => {
    const all = await withTrainer({}, async (trainer) => trainer.learning);
    const heads = await withTrainer({ freeze: ["body.*"] }, async (trainer) => trainer.learning);
    expect(all).toBe(4 * 9 + 4 + 8 + 8 * 4 * 9 + 8 + 16 + heads);
    expect(heads).toBe(33 + 1 + 32 + 1);
  });

  test("gradients are gathered, and update() ends a group early", () =>
    withTrainer({ accumulateGradBatches: 3 }, async (trainer) => {
      const updated = [];
      for (const update of [false, true, false, false, false])
        updated.push((await step(trainer, 1, { update })).updated);
      expect(updated).toEqual([false, true, false, false, true]);
    }));

  test("clipping bounds the update of plain gradient descent", () =>
    // The head alone: what stands still has no dropout.
    withTrainer(
      { optimizer: "sgd", weightDecay: 0, lr: 1, gradientClipVal: 1e-9, freeze: ["body.*"] },
      async (trainer) => {
        const { gradNorm } = await step(trainer, 1);
        expect(gradNorm).toBeGreaterThan(0.01); // before clipping
        const after = await step(trainer, 1);
        expect(after.gradNorm).toBeCloseTo(gradNorm!, 3);
      },
    ));

  test("bf16 is near 32 bit", async () => {
    const { loss } = await withTrainer({}, evaluate);
    const { loss: half } = await withTrainer({ precision: "bf16" }, evaluate);
    expect(half).not.toBe(loss);
    expect(Math.abs(half! / loss! - 1)).toBeLessThan(0.05);
  });
});

describe("errors name the fault", () => {
  const created = (options: object, file = LEARNS) => rejection(createTrainer(file, options));

  test.each([
    [{ optimiser: "sgd" }, `unknown option 'optimiser' (the nearest is "optimizer")`],
    [{ lr: -1 }, "lr -1 must be a number of at least 0"],
    [{ betas: [0.9, 1] }, "betas [ 0.9, 1 ] must be 2 values: 2 times a number of at least 0 and below 1"],
    [{ optimizer: "sgd", nesterov: true }, "nesterov true needs a momentum above 0 and a dampening of 0"],
    [{ freeze: ["nobody.*"] }, "freeze: no parameter's name matches the pattern 'nobody.*'"],
    [{ freeze: ["*"] }, "freeze: the patterns match all parameters, so there is nothing to train"],
    [{ device: "gpu0" }, '`device: "gpu0"` is not a device'],
  ])("%j", async (options, message) => {
    const error = await created(options);
    expect(error).toBeInstanceOf(DeeplasiaError);
    expect(error).toMatchObject({ code: "ERR_DEEPLASIA_OPTION", message: expect.stringContaining(message) });
  });

  test("a file that is no model, and half precision without a GPU", async () => {
    expect(await created({}, "none.pt")).toMatchObject({
      code: "ERR_DEEPLASIA_MODEL_MISSING",
      file: "none.pt",
    });
    expect(await created({}, fixture("models/state-dict.pth"))).toMatchObject({
      code: "ERR_DEEPLASIA_CHECKPOINT",
    });
    expect(await created({ precision: "16", device: "cpu" })).toMatchObject({ code: "ERR_DEEPLASIA_DEVICE" });
  });

  test("shapes, missing values and a disposed trainer", async () => {
    const trainer = await createTrainer(LEARNS);
    const { data, male, ageZ } = batch(1);
    const option = { code: "ERR_DEEPLASIA_OPTION" };
    expect(await rejection(trainer.step(data, [5, 1, 32, 32], male, ageZ))).toMatchObject(option);
    expect(await rejection(trainer.step(data, SHAPE, [1], ageZ))).toMatchObject(option);
    expect(await rejection(trainer.step(data, SHAPE, null, ageZ))).toMatchObject(option);
    expect(await rejection(trainer.step(data, SHAPE, male, [1]))).toMatchObject(option);
    expect(await rejection(trainer.evaluate(data, SHAPE, male, ageZ, { ema: true }))).toMatchObject(option);
    expect(await rejection(trainer.step(data.slice(0, 2048), [2, 2, 32, 16], [0, 1], [0, 1]))).toMatchObject({
      code: "ERR_DEEPLASIA_MODEL_FORWARD",
      file: LEARNS,
    });
    expect(() => trainer.setLearningRate(Number.NaN)).toThrow(DeeplasiaError);
    await trainer.dispose();
    await trainer.dispose();
    expect(await rejection(step(trainer, 1))).toMatchObject({ code: "ERR_DEEPLASIA_DISPOSED" });
  });
});
