import { describe, expect, test } from "vitest";
import { type NetworkInput, native, type TrainerHandle } from "../../src/native.js";
import { modelFile, uniform, withModel } from "../helpers/model.js";
import { runProgram } from "../helpers/program.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { PLAIN_SETTINGS } from "../helpers/trainerSettings.js";

const [data, shape] = uniform([0.25, 0.5]);
const INPUT: NetworkInput = { data, shape };
const FACTS = {
  sex: Float32Array.of(0, 1),
  male: Float32Array.of(0, 1),
  age: Float32Array.of(0, 1),
  mask: null,
};

const create = () => native().createTrainer(modelFile("learns"), PLAIN_SETTINGS);
const step = (trainer: TrainerHandle, input: unknown = INPUT, facts: object = {}) =>
  native().trainStep(trainer, input as NetworkInput, { ...FACTS, ...facts }, 0.01, 1, false, []);

describe("arguments that would corrupt memory are refused and named", () => {
  test("other handles", async () => {
    const trainer = await create();
    await withModel("mean-plus-sex", async (model) => {
      expect(() => step(model as never)).toThrow("not a trainer handle");
      expect(() => native().modelFacts(trainer as never)).toThrow("not a model handle");
      const slots = {
        slots: Int32Array.of(0),
        channels: 1,
        normalisation: { method: "none", mean: [], sd: [] },
      };
      expect(() => step(trainer, { batch: model, ...slots })).toThrow("not a batch handle");
    });
    await native().dispose(trainer);
  });

  test.each([
    [{ data, shape: [2, 1, 32, 31] }, {}, "data must be B * C * H * W values"],
    [{ data, shape: [2, 32, 32] }, {}, "data must be B * C * H * W values"],
    [{ data, shape: [2, 1, 2 ** 40, 2 ** 40] }, {}, "shape must be four positive integers"],
    [{ data: [...data], shape }, {}, "data must be a Float32Array"],
    [INPUT, { age: Float32Array.of(1) }, "age must be as long as the batch"],
    [INPUT, { male: [0, 1] }, "male must be a Float32Array or null"],
    [INPUT, { age: null }, "age or mask must be given"],
  ])("%#", async (input, facts, message) => {
    const trainer = await create();
    expect(() => step(trainer, input, facts)).toThrow(message);
    await native().dispose(trainer);
  });

  test("slots that do not exist", async () => {
    const [trainer, batch] = [await create(), native().createBatch(1, 32, 32)];
    const rest = { channels: 1, normalisation: { method: "none", mean: [], sd: [] } };
    await expect(step(trainer, { batch, slots: Int32Array.of(0, 1), ...rest })).rejects.toThrow(
      "no such slot",
    );
    await Promise.all([native().dispose(trainer), native().dispose(batch)]);
  });
});

test("dispose waits for steps in flight and refuses new ones", async () => {
  const trainer = await create();
  const steps = Array.from({ length: 5 }, () => step(trainer));
  const disposed = native().dispose(trainer);
  expect(() => step(trainer)).toThrow(expect.objectContaining({ code: "ERR_DEEPLASIA_DISPOSED" }));
  await disposed;
  for (const { updated } of await Promise.all(steps)) expect(updated).toBe(true);
});

describe("a process that trains exits", () => {
  const program = (rest: string) => `
    const settings = ${JSON.stringify(PLAIN_SETTINGS)};
    const trainer = await native().createTrainer("${modelFile("learns")}", settings);
    const input = { data: new Float32Array(64 * 1024).fill(1), shape: [64, 1, 32, 32] };
    const values = () => new Float32Array(64);
    const step = () => native().trainStep(trainer, input, { sex: values(), male: values(), age: values(), mask: null }, 0.1, 1, false, []);
    ${rest}`;

  test("by itself with status 0", async () => {
    const result = await runProgram(await temporaryFolder(), program("console.log((await step()).updated);"));
    expect(result).toEqual({ code: 0, signal: null, stdout: "true\n", stderr: "" });
  });

  test("with the status of process.exit() during steps", async () => {
    const folder = await temporaryFolder();
    for (let moment = 0; moment < 8; moment++) {
      const rest = `for (let i = 0; i < 300; i++) step(); setTimeout(() => process.exit(7), ${10 * moment});`;
      const result = await runProgram(folder, program(rest));
      expect(result).toEqual({ code: 7, signal: null, stdout: "", stderr: "" });
    }
  });

  test("when a worker that trains is terminated", async () => {
    const result = await runProgram(
      await temporaryFolder(),
      program(`
      if (!isMainThread) {
        for (let i = 0; i < 300; i++) step();
        parentPort.postMessage("training");
      } else {
        for (const pause of [0, 20, 40]) {
          const { worker } = await startWorker();
          await sleep(pause);
          await worker.terminate();
        }
        console.log((await step()).updated);
      }`),
    );
    expect(result).toEqual({ code: 0, signal: null, stdout: "true\n", stderr: "" });
  });
});
