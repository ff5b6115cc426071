import { readFileSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { silentLogger } from "../../../../src/console/logger.js";
import { MetricsHook } from "../../../../src/training/hooks/metricsHook.js";
import { TensorBoardLog } from "../../../../src/training/hooks/tensorBoardLog.js";
import { restoreAll, runEpochs, statesOf } from "../../../helpers/hooks.js";
import { temporaryFolder, writeTree } from "../../../helpers/temporary.js";
import { describeWithTensorBoard, readHyperParameters, readScalars } from "../../../helpers/tensorboard.js";
import { fixture } from "../../../helpers/testData.js";
import { configOf } from "../../../helpers/trainConfig.js";

type Reference = Record<string, { scalars: Record<string, { points: number; first: [number, number][] }> }>;
const reference = JSON.parse(readFileSync(fixture("parity/run/tensorboard_tags.json"), "utf8")) as Reference;

const { config } = await configOf();
type Logging = { rateInterval: "epoch" | "step"; everySteps: number };
const hooksIn = (folder: string, { rateInterval = "epoch", everySteps = 50 }: Partial<Logging> = {}) => [
  new MetricsHook({ ageSdMonths: 40, lossWeights: () => ({ age: 1, sex: 0, learnt: false }) }, silentLogger),
  new TensorBoardLog(folder, {
    ...config,
    lr_monitor: { logging_interval: rateInterval },
    trainer: { ...config.trainer, log_every_n_steps: everySteps },
  }),
];

const stepsOf = (points: readonly (readonly [number, ...unknown[]])[]) => points.map(([step]) => step);

describeWithTensorBoard("TensorBoard", () => {
  it("reads the reference's tags at the reference's steps, in its folders", async () => {
    const folder = await temporaryFolder();
    const metrics = await runEpochs(hooksIn(folder), 0, 4);
    for (const [place, { scalars }] of Object.entries(reference)) {
      const found = readScalars(join(folder, place));
      for (const [tag, { first }] of Object.entries(scalars)) {
        if (tag.startsWith("hp/")) continue;
        // Its check before training, of two batches of validation, is logged at step 0 too.
        const steps = [...new Set(stepsOf(first))].slice(0, 3);
        expect(stepsOf(found[tag] ?? []).slice(0, 3), `${place} ${tag}`).toEqual(steps);
      }
    }
    const months = readScalars(join(folder, "Metrics_Age_MAD_months_val"))["Metrics_Age/MAD_months"]!;
    expect(months.map(([, value]) => value)).toEqual(
      metrics.map((epoch) => Math.fround(epoch["Step-wise/val_mad"]!)),
    );
  });

  it("shows hyper-parameters, and which metrics belong to them, in its HPARAMS tab", async () => {
    const folder = await temporaryFolder();
    const log = hooksIn(folder)[1] as TensorBoardLog;
    const parameters = {
      lr: 1e-3,
      backbone: "größer-b0",
      learnable_sigma: false,
      pretrained: true,
      seed: -1,
    };
    log.begin(parameters, ["hp/validation_mad", "hp/test_mad"]);
    log.write({ "hp/validation_mad": 5 }, 0);
    const running = readHyperParameters(folder);
    expect(running.end).toBeNull();
    expect(running.start.hparams).toEqual(parameters);
    expect(running.experiment.hparamInfos).toEqual([
      { name: "lr", type: "DATA_TYPE_FLOAT64" },
      { name: "backbone", type: "DATA_TYPE_STRING" },
      { name: "learnable_sigma", type: "DATA_TYPE_BOOL" },
      { name: "pretrained", type: "DATA_TYPE_BOOL" },
      { name: "seed", type: "DATA_TYPE_FLOAT64" },
    ]);
    const tags = running.experiment.metricInfos.map(({ name }) => name.tag);
    expect(tags).toEqual(["hp/validation_mad", "hp/test_mad"]);
    expect(Object.keys(readScalars(folder))).toContain("hp/validation_mad");
    log.end();
    const ended = readHyperParameters(folder);
    expect(ended.end!.status).toBe("STATUS_SUCCESS");
    expect(ended.end!.endTimeSecs).toBeGreaterThanOrEqual(ended.start.startTimeSecs);
  });

  it("has each epoch once in a run that was resumed, whatever had been logged after the state", async () => {
    const [folder, undisturbed] = [await temporaryFolder(), await temporaryFolder()];
    const options = { everySteps: 2, rateInterval: "step" } as const;
    await runEpochs(hooksIn(undisturbed, options), 0, 5);
    const first = hooksIn(folder, options);
    await runEpochs(first, 0, 3);
    const states = statesOf(first);
    await runEpochs(first, 3, 5);
    const second = hooksIn(folder, options);
    await restoreAll(second, states);
    await runEpochs(second, 3, 5);
    for (const place of Object.keys(reference)) {
      const points = (root: string) =>
        Object.entries(readScalars(join(root, place))).map(([tag, events]) => [
          tag,
          events.map(([step, value]) => [step, value]),
        ]);
      expect(points(folder)).toEqual(points(undisturbed));
    }
    const scalars = readScalars(folder);
    expect(stepsOf(scalars["Step-wise/train_loss"]!)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23]);
    expect(stepsOf(scalars["lr-Adam"]!)).toEqual(stepsOf(scalars["Step-wise/grad_norm"]!));
  });
});

it("takes the place of the files of a run that was in the folder before, and of no others", async () => {
  const folder = await writeTree(await temporaryFolder(), {
    "events.out.tfevents.1.host.1.0": "old",
    other: "",
  });
  await runEpochs(hooksIn(folder), 0, 1);
  const names = await readdir(folder);
  expect(names.filter((name) => name.startsWith("events."))).toHaveLength(1);
  expect(names).toContain("other");
  expect(names).not.toContain("events.out.tfevents.1.host.1.0");
});

it("names what is wrong with a folder that cannot be written", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "");
  const [, log] = hooksIn(join(folder, "file"));
  expect(() => (log as TensorBoardLog).write({ a: 1 }, 0)).toThrow(
    expect.objectContaining({ code: "ERR_DEEPLASIA_OUTPUT" }) as Error,
  );
});
