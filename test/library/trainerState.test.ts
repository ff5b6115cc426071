import { mkdirSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CreateTrainerOptions,
  createTrainer,
  DeeplasiaError,
  loadModel,
  type Trainer,
} from "../../src/index.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { describeWithTestData, fixture, testData } from "../helpers/testData.js";
import { batch, evaluate, rejection, SHAPE, step, withTrainer } from "../helpers/trainer.js";

describe("state", () => {
  const options = (seed: number): CreateTrainerOptions => ({
    seed,
    emaDecay: 0.8,
    accumulateGradBatches: 2,
    sexSigma: 0.5,
  });

  test("training resumes bit for bit, wherever it was interrupted", async () => {
    const folder = await temporaryFolder();
    const last = async (trainer: Trainer, from: number) => {
      for (let i = from; i < 6; i++) await step(trainer, i);
      const file = join(folder, "end.safetensors");
      await trainer.saveState(file);
      return (await readFile(file)).toString("latin1");
    };
    const property = fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.nat(), async (stop, seed) => {
      const whole = await withTrainer(options(seed), (trainer) => last(trainer, 0));
      const file = join(folder, "middle.safetensors");
      await withTrainer(options(seed), async (trainer) => {
        for (let i = 0; i < stop; i++) await step(trainer, i);
        await trainer.saveState(file, `after ${stop}`);
      });
      const resumed = await withTrainer(options(0), async (trainer) => {
        await step(trainer, 50); // whatever happened before
        expect(await trainer.restoreState(file)).toBe(`after ${stop}`);
        return last(trainer, stop);
      });
      expect(resumed === whole).toBe(true);
    });
    await fc.assert(property, { numRuns: 6 });
  });

  test("the learning rate in force is part of it", async () => {
    const file = join(await temporaryFolder(), "state.safetensors");
    await withTrainer({ lr: 0.5 }, async (trainer) => {
      trainer.setLearningRate(0.25);
      await trainer.saveState(file);
    });
    await withTrainer({ lr: 0.5 }, async (trainer) => {
      await trainer.restoreState(file);
      expect(trainer.learningRate).toBe(0.25);
    });
  });

  test("a state that does not fit is refused by name, and nothing is changed", async () => {
    const folder = await temporaryFolder();
    const [adam, junk] = [join(folder, "adam.safetensors"), join(folder, "junk.safetensors")];
    await withTrainer({}, (trainer) => trainer.saveState(adam));
    writeFileSync(junk, "no state at all");
    await withTrainer({ optimizer: "sgd" }, async (trainer) => {
      const before = await evaluate(trainer);
      const cases = [
        [adam, "ERR_DEEPLASIA_RESUME"],
        [junk, "ERR_DEEPLASIA_CHECKPOINT"],
        [join(folder, "none"), "ERR_DEEPLASIA_MODEL_MISSING"],
      ] as const;
      for (const [file, code] of cases) {
        const error = await rejection(trainer.restoreState(file));
        expect(error).toBeInstanceOf(DeeplasiaError);
        expect(error).toMatchObject({ code, file });
      }
      expect(await evaluate(trainer)).toEqual(before);
    });
  });

  test("Lightning's optimiser of another network is refused", () =>
    withTrainer({}, async (trainer) => {
      const file = fixture("parity/checkpoints/lightning_b0_trimmed_with_optimizer.ckpt");
      expect(await rejection(trainer.importLightningState(file))).toMatchObject({
        code: "ERR_DEEPLASIA_RESUME",
        message: "the checkpoint's optimiser has 219 parameters, but the network has 12",
        file,
      });
    }));
});

describe("save", () => {
  test("a saved model predicts as the trainer evaluates, average or not, with its contract", async () => {
    const folder = await temporaryFolder();
    await withTrainer({ emaDecay: 0.5, lr: 0.05 }, async (trainer) => {
      for (const seed of [1, 2, 3]) await step(trainer, seed);
      for (const ema of [false, true]) {
        const file = join(folder, `${ema}.pt`);
        await trainer.save(file, { ema, manifest: { ageMeanMonths: 100, name: "trained" } });
        const model = await loadModel(file, { threads: 1 });
        const { data, male } = batch(99);
        const [own, loaded] = [await evaluate(trainer, ema), await model.forward(data, SHAPE, male)];
        for (const row of [0, 1, 2, 3]) expect(loaded.ageZ![row]).toBeCloseTo(own.ageZ[row]!, 5);
        expect(model.contract).toMatchObject({ ageMeanMonths: 100, name: "trained", ageSdMonths: 40 });
        await model.dispose();
      }
    });
  });

  test("a file appears whole or not at all", async () => {
    const folder = await temporaryFolder();
    await withTrainer({}, async (trainer) => {
      writeFileSync(join(folder, "text"), "");
      mkdirSync(join(folder, "taken/inside"), { recursive: true });
      for (const save of [trainer.save, trainer.saveState]) {
        await save.call(trainer, join(folder, "new", "file"));
        const path = join(folder, "text");
        expect(await rejection(save.call(trainer, join(path, "file")))).toMatchObject({
          code: "ERR_DEEPLASIA_OUTPUT",
          file: path,
        });
      }
      expect(await rejection(trainer.save(join(folder, "taken")))).toMatchObject({
        code: "ERR_DEEPLASIA_OUTPUT",
      });
      expect(await readdir(folder)).toEqual(["new", "taken", "text"]);
      expect(await readdir(join(folder, "new"))).toEqual(["file"]);
    });
  });
});

describeWithTestData("a checkpoint of the reference", ["parity/checkpoints/lightning_b0.ckpt"], () => {
  test("can be trained further, and the saved model is TorchScript with its contract", async () => {
    const [folder, checkpoint] = [await temporaryFolder(), testData("parity/checkpoints/lightning_b0.ckpt")];
    const trainer = await createTrainer(checkpoint, { threads: 1, lr: 1e-4 });
    const { data, male, ageZ } = batch(1);
    expect((await trainer.step(data, SHAPE, male, ageZ)).updated).toBe(true);
    await trainer.save(join(folder, "on.pt"));
    const model = await loadModel(join(folder, "on.pt"), { threads: 1 });
    const before = await loadModel(checkpoint);
    // What the checkpoint said, and of which weights it is.
    const weightsDigest = expect.stringMatching(/^[0-9a-f]{8}$/);
    expect(model.contract).toEqual({ ...before.contract, weightsDigest });
    const [own, loaded] = [await trainer.evaluate(data, SHAPE, male), await model.forward(data, SHAPE, male)];
    for (const row of [0, 1, 2, 3]) expect(loaded.ageZ![row]).toBeCloseTo(own.ageZ[row]!, 3);
    await Promise.all([trainer, model, before].map((one) => one.dispose()));
  });
});
