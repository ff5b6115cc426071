import { readFile, rm, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/console/logger.js";
import { DeeplasiaError } from "../../../src/errors.js";
import { type RunFolder, statesOf } from "../../../src/run/runFolder.js";
import { withLastState } from "../../../src/run/runState.js";
import { csvRows } from "../../helpers/cli.js";
import { fakeFolder, resultOf, STEPS_PER_EPOCH, startProcess, type Trouble } from "../../helpers/fakeRun.js";
import { temporaryFolder } from "../../helpers/temporary.js";

/** A run without troubles. */
async function undisturbed(...flags: string[]) {
  const folder = await fakeFolder(await temporaryFolder());
  const process = await startProcess(folder, flags);
  const reason = await process.ended();
  return { folder, ...process, reason, result: await resultOf(folder, process) };
}

const metricsOf = async (folder: RunFolder) => csvRows(await readFile(folder.metrics, "utf8"));

describe("a run", () => {
  it("learns from every batch of each epoch in an order of its own, with the rate of the epoch", async () => {
    const { step, reason, folder } = await undisturbed("--trainer.max_epochs=3");
    expect(reason).toBe("max_epochs (3)");
    expect(step.seen).toHaveLength(3 * STEPS_PER_EPOCH);
    const epochs = [0, 1, 2].map((epoch) => step.seen.slice(epoch * 5, epoch * 5 + 5).flat());
    for (const rows of epochs) expect(new Set(rows).size).toBe(20);
    expect(epochs[0]).not.toEqual(epochs[1]);
    const rates = (await metricsOf(folder)).map(({ learning_rate }) => Number(learning_rate));
    expect(step.learningRates).toEqual(rates.flatMap((rate) => Array(STEPS_PER_EPOCH).fill(rate)));
    // two batches before training, six after each epoch
    expect(step.evaluations).toBe(2 + 3 * 6);
  });

  it("ends in the middle of an epoch by max_steps and max_time, which is validated nevertheless", async () => {
    const bySteps = await undisturbed("--trainer.max_steps=7");
    expect(bySteps).toMatchObject({ reason: "max_steps (7)", step: { calls: 7 } });
    expect(await metricsOf(bySteps.folder)).toHaveLength(2);
    const byTime = await undisturbed("--trainer.max_time=00:00:01:15");
    expect(byTime).toMatchObject({ reason: "max_time (75 s)", step: { calls: 8 } });
  });

  it("is not ended by its metrics before min_epochs and min_steps", async () => {
    const stop = ["--early_stopping.stopping_threshold=1000"];
    const { reason, step } = await undisturbed(...stop);
    expect([reason, step.calls]).toEqual([expect.stringContaining("better than the threshold of 1000"), 5]);
    expect((await undisturbed(...stop, "--trainer.min_epochs=3")).step.calls).toBe(15);
    expect((await undisturbed(...stop, "--trainer.min_steps=6")).step.calls).toBe(10);
    expect((await undisturbed("--trainer.max_time=00:00:00:20", "--trainer.min_epochs=2")).step.calls).toBe(
      10,
    );
  });

  it("is validated as often as asked, and keeps the best model of the epochs that were", async () => {
    const { folder, step } = await undisturbed(
      "--trainer.check_val_every_n_epoch=3",
      "--trainer.num_sanity_val_steps=0",
    );
    const mads = (await metricsOf(folder)).map((row) => row["Step-wise/val_mad"]);
    expect(mads.map((mad) => mad !== "")).toEqual([false, false, true, false, false, true, false, false]);
    expect(step.evaluations).toBe(12);
    expect(await readFile(folder.bestModel, "utf8")).not.toBe(await readFile(folder.lastModel, "utf8"));
  });

  it("keeps the model of the smallest metric as the best, the largest where asked, and the last one", async () => {
    for (const mode of ["min", "max"]) {
      const flags = [
        `--early_stopping.mode=${mode}`,
        "--early_stopping.monitor=Metrics_Age/val_PearsonCorrCoef",
      ];
      const { folder, step } = await undisturbed(...flags);
      const values = (await metricsOf(folder)).map((row) => Number(row["Metrics_Age/val_PearsonCorrCoef"]));
      const best = values.indexOf(mode === "min" ? Math.min(...values) : Math.max(...values));
      const upTo = await undisturbed(...flags, `--trainer.max_epochs=${best + 1}`);
      expect(await readFile(folder.bestModel, "utf8")).toBe(String(upTo.step.weight));
      expect(await readFile(folder.lastModel, "utf8")).toBe(String(step.weight));
    }
  });
});

describe("a loss that is not finite", () => {
  it("ends the run, naming the step and the rows of the batch; the last state is good", async () => {
    const folder = await fakeFolder(await temporaryFolder());
    const { ended, step } = await startProcess(folder, [], { nanAt: [8] });
    const error = await ended().catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: "ERR_DEEPLASIA_NOT_FINITE",
      message: `the loss is not finite in epoch 2, batch 3 (after step 7), rows ${step.seen[7]!.join(", ")}`,
      remedy: expect.stringContaining("trainer.skip_nan"),
    });
    expect(step.calls).toBe(8);
    expect(JSON.parse(JSON.parse(await readFile(folder.lastState, "utf8")).notes).position).toMatchObject({
      epoch: 1,
    });
  });

  it("is left out where asked: of weights, metrics and the count of steps", async () => {
    const warnings: string[] = [];
    const folder = await fakeFolder(await temporaryFolder());
    const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
    const process = await startProcess(folder, ["--trainer.skip_nan"], { nanAt: [3, 4] }, logger);
    expect(await process.ended()).toBe("max_epochs (8)");
    expect(warnings).toHaveLength(2);
    expect(process.run.position.globalStep).toBe(8 * STEPS_PER_EPOCH - 2);
    expect(Number((await metricsOf(folder))[0]!["Loss/train"])).toBeGreaterThan(0);
  });
});

describe("a run that is interrupted", () => {
  it("ends after the step in hand, saved, wherever it is", async () => {
    for (const abortAfter of [1, 4, 5, 6, 10, 40]) {
      const folder = await fakeFolder(await temporaryFolder());
      const { ended, step, run } = await startProcess(folder, [], { abortAfter });
      expect(await ended()).toBeNull();
      expect(step.calls).toBe(abortAfter);
      const saved = JSON.parse(JSON.parse(await readFile(folder.lastState, "utf8")).notes);
      expect(saved.position).toEqual(run.position);
      expect(saved.position).toMatchObject({ globalStep: abortAfter, batch: ((abortAfter - 1) % 5) + 1 });
    }
  });

  it("is the same in the end, bit for bit, wherever and however often it was", async () => {
    const options = fc.record({
      saveEvery: fc.constantFrom("null", "1", "3"),
      validateEvery: fc.constantFrom("1", "2"),
    });
    const anyTrouble: fc.Arbitrary<Trouble> = fc.oneof(
      fc.record({ abortAfter: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ throwAt: fc.integer({ min: 1, max: 30 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        options,
        fc.array(anyTrouble, { minLength: 1, maxLength: 5 }),
        async (options, troubles) => {
          const flags = [
            `--checkpoint.every_n_steps=${options.saveEvery}`,
            `--trainer.check_val_every_n_epoch=${options.validateEvery}`,
            "--early_stopping.patience=3",
          ];
          const expected = await undisturbed(...flags);
          const folder = await fakeFolder(await temporaryFolder());
          for (const trouble of troubles) {
            const process = await startProcess(folder, flags, trouble);
            const ended = await process.ended().catch((error) => error.message as string);
            if (ended !== null && ended !== "killed") break;
          }
          const last = await startProcess(folder, flags);
          expect(await last.ended()).toBe(expected.reason);
          expect(await resultOf(folder, last)).toEqual(expected.result);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("does not validate before its first epoch again", async () => {
    const folder = await fakeFolder(await temporaryFolder());
    await (await startProcess(folder, [], { abortAfter: 2 })).ended();
    const { ended, step } = await startProcess(folder, ["--trainer.max_epochs=1"]);
    await ended();
    expect(step.evaluations).toBe(6);
  });

  it("does not train on after early stopping, unless that is set otherwise", async () => {
    const stop = ["--early_stopping.patience=1", "--early_stopping.min_delta=1000"];
    const { folder, reason, step } = await undisturbed(...stop);
    expect(reason).toContain("did not improve in 1 epoch");
    const again = await startProcess(folder, stop);
    expect([await again.ended(), again.step.calls]).toEqual([reason, 0]);
    const patient = await startProcess(folder, ["--early_stopping.patience=3", stop[1]!]);
    await patient.ended();
    expect(patient.step.steps - step.steps).toBe(2 * STEPS_PER_EPOCH);
  });

  it("resumes when max_epochs is larger than before", async () => {
    const expected = await undisturbed();
    const { folder } = await undisturbed("--trainer.max_epochs=3");
    const more = await startProcess(folder);
    await more.ended();
    expect((await resultOf(folder, more)).csv).toBe(expected.result.csv);
  });

  it("resumes inside of the epoch that max_steps or max_time cut short, as if it had never ended there", async () => {
    const { result: whole } = await undisturbed();
    for (const limit of ["max_steps=2", "max_steps=5", "max_steps=13", "max_time=00:00:02:05"]) {
      const { folder, reason, result } = await undisturbed(`--trainer.${limit}`);
      const best = async () => [
        await readFile(folder.bestModel, "utf8"),
        await readFile(folder.lastModel, "utf8"),
      ];
      const models = await best();
      // The same limit again: nothing is learnt, and the epoch keeps its row.
      const again = await startProcess(folder, [`--trainer.${limit}`]);
      expect([await again.ended(), again.step.calls]).toEqual([reason, 0]);
      expect(await metricsOf(folder)).toHaveLength(result.csv.trim().split("\n").length - 1);
      expect(await best()).toEqual(models);
      const more = await startProcess(folder);
      await more.ended();
      const { best: _, ...found } = await resultOf(folder, more);
      const { best: _best, ...expected } = whole;
      expect(found, limit).toEqual(expected);
    }
  });

  it("refuses a state of a run with other settings, and names them", async () => {
    const { folder } = await undisturbed("--trainer.max_epochs=1");
    const flags = [
      "--data.train_batch_size=3",
      "--optimizer.momentum=0.9",
      "--data.num_workers=3",
      "--name=other",
    ];
    await expect(startProcess(folder, flags)).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_RESUME",
      message: `${folder.lastState} belongs to a run with other settings: data.train_batch_size (was 4, now 3); optimizer.init_args.momentum (was 0, now 0.9)`,
      remedy: expect.stringContaining("model.init_from"),
    });
  });

  it("refuses a state that is none of ours", async () => {
    const { folder } = await undisturbed("--trainer.max_epochs=1");
    await writeFile(folder.lastState, JSON.stringify({ notes: "mine" }));
    await expect(startProcess(folder)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_RESUME" });
  });
});

it("keeps the states it has when a new one cannot be written, with a warning", async () => {
  const folder = await fakeFolder(await temporaryFolder());
  let saves = 0;
  const beforeSaving = () => {
    saves += 1;
    if (saves === 4) throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", "no space left on device");
  };
  const expected = await undisturbed();
  const { ended } = await startProcess(folder, [], { beforeSaving });
  const error = await ended().catch((thrown) => thrown);
  expect(await withLastState(error, folder)).toMatchObject({
    code: "ERR_DEEPLASIA_OUTPUT",
    message: "no space left on device",
    remedy: `The last good state is kept: ${folder.lastState}.`,
  });
  expect(await statesOf(folder)).toHaveLength(2);
  // The last one was damaged meanwhile: the one before serves as well.
  await rm(folder.lastState);
  const again = await startProcess(folder);
  await again.ended();
  expect(await resultOf(folder, again)).toEqual(expected.result);
});
