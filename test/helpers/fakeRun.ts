/** A run with a made-up step: a network of one weight, which learns from the rows and remembers what it did. */
import { readFile, writeFile } from "node:fs/promises";
import { type Logger, silentLogger } from "../../src/console/logger.js";
import { DeeplasiaError } from "../../src/errors.js";
import { makeRunFolder, type RunFolder, statesOf } from "../../src/run/runFolder.js";
import { type RunFacts, restoreRun, saveRun } from "../../src/run/runState.js";
import { batches, shuffledOrder } from "../../src/training/batches.js";
import type { LoadedBatch } from "../../src/training/batchLoader.js";
import { Checkpoints } from "../../src/training/hooks/checkpoints.js";
import { EarlyStopping } from "../../src/training/hooks/earlyStopping.js";
import { LearningRate } from "../../src/training/hooks/learningRate.js";
import { MetricsCsv } from "../../src/training/hooks/metricsCsv.js";
import { METRIC_NAMES, MetricsHook } from "../../src/training/hooks/metricsHook.js";
import type { BatchOutputs, BatchResult, Step, StepOptions } from "../../src/training/step.js";
import { type TrainingRun, trainingLoop } from "../../src/training/trainingLoop.js";
import { type AgeRow, ageRow, type TrainingRow } from "../../src/training/trainingRow.js";
import { configOf } from "./trainConfig.js";

const ROWS = 22;
const BATCH_SIZE = 4;
/** Rows 20 and 21 of an epoch's order make no whole batch. */
export const STEPS_PER_EPOCH = 5;

const rows = Array.from(
  { length: ROWS },
  (_, i) => ({ row: i + 1, ageZ: Math.fround(Math.sin(i)), male: i % 2 }) as TrainingRow,
);

/** What shall go wrong, by the number of the call of `step`, counted from 1 in each process. */
export interface Trouble {
  abortAfter?: number;
  throwAt?: number;
  nanAt?: number[];
  /** Called before each state is written. */
  beforeSaving?: () => void;
}

class FakeStep implements Step {
  weight = 0.1;
  momentum = 0;
  steps = 0;
  calls = 0;
  evaluations = 0;
  readonly learningRates: number[] = [];
  readonly seen: number[][] = [];

  constructor(
    private readonly trouble: Trouble,
    private readonly abort: AbortController,
  ) {}

  async step(batch: LoadedBatch, { learningRate, update }: StepOptions): Promise<BatchResult> {
    const rows = batch.rows.map(ageRow);
    this.calls += 1;
    if (this.calls === this.trouble.throwAt)
      throw new DeeplasiaError("ERR_DEEPLASIA_OUT_OF_MEMORY", "killed");
    if (this.calls === this.trouble.abortAfter) this.abort.abort();
    this.seen.push(rows.map(({ row }) => row));
    this.learningRates.push(learningRate);
    const outputs = this.outputs(rows);
    const isNan = this.trouble.nanAt?.includes(this.calls) ?? false;
    this.steps += 1;
    if (isNan) {
      const ageZ = outputs.ageZ.map(() => Number.NaN);
      return { ...outputs, ageZ, loss: Number.NaN, updated: false, gradNorm: null, nonFinite: "loss" };
    }
    const gradient = rows.reduce((sum, { ageZ }, i) => sum + (outputs.ageZ[i]! - ageZ) * ageZ, 0);
    this.momentum = 0.9 * this.momentum + gradient + (update ? 0.01 : 0) + 0.1 * Math.sin(this.steps);
    this.weight -= learningRate * this.momentum;
    return { ...outputs, updated: true, gradNorm: Math.abs(gradient), nonFinite: null };
  }

  async evaluate({ rows }: LoadedBatch): Promise<BatchOutputs> {
    this.evaluations += 1;
    return this.outputs(rows.map(ageRow));
  }

  private outputs(rows: readonly AgeRow[]): BatchOutputs {
    const ageZ = Float32Array.from(rows, ({ ageZ, row }) => this.weight * ageZ + 0.05 * Math.cos(row));
    const loss = rows.reduce((sum, { ageZ: truth }, i) => sum + (ageZ[i]! - truth) ** 2, 0) / rows.length;
    return { rows, ageZ, sexLogit: null, dice: null, loss };
  }

  async save(file: string): Promise<void> {
    await writeFile(file, String(this.weight));
  }

  async saveState(file: string, notes: string): Promise<void> {
    this.trouble.beforeSaving?.();
    await writeFile(
      file,
      JSON.stringify({ weight: this.weight, momentum: this.momentum, steps: this.steps, notes }),
    );
  }

  async restoreState(file: string): Promise<string> {
    const { notes, ...own } = JSON.parse(await readFile(file, "utf8"));
    Object.assign(this, own);
    return notes as string;
  }
}

/** Flags of a small run whose learning rate falls, with cooldown. */
const FLAGS = [
  [
    "--trainer.max_epochs=8",
    `--data.train_batch_size=${BATCH_SIZE}`,
    "--optimizer=SGD",
    "--optimizer.lr=0.02",
  ],
  ["--lr_scheduler=ReduceLROnPlateau", "--lr_scheduler.patience=0", "--lr_scheduler.cooldown=1"],
  ["--lr_scheduler.min_lr=0", "--lr_scheduler.factor=0.5", "--early_stopping.verbose=false"],
].flat();

/** One process of a run in `folder`, which resumes what an earlier one left there. */
export async function startProcess(
  folder: RunFolder,
  flags: string[] = [],
  trouble: Trouble = {},
  logger: Logger = silentLogger,
) {
  const { config } = await configOf(...FLAGS, ...flags);
  const { early_stopping: earlyStopping } = config;
  const abort = new AbortController();
  const step = new FakeStep(trouble, abort);
  const learningRate = new LearningRate(config, silentLogger);
  const save = (file: string) => step.save(file);
  const hooks = [
    new MetricsHook({ ageSdMonths: 40, lossWeights: () => ({ age: 1, sex: 0, learnt: false }) }, logger),
    new EarlyStopping(earlyStopping, logger),
    learningRate,
    new Checkpoints(earlyStopping, folder, save, logger),
    new MetricsCsv(folder.metrics, METRIC_NAMES),
  ];
  const facts: RunFacts = { seed: config.seed_everything!, config, rows: "the rows", ranks: 1 };
  const position = { epoch: 0, batch: 0, rows: 0, globalStep: 0, seconds: 0, ended: null };
  const rules = { batchSize: BATCH_SIZE, dropLast: true, limit: null };
  const loaded = (groups: TrainingRow[][], from = 0) =>
    (async function* () {
      for (const [i, rows] of groups.slice(from).entries())
        yield {
          index: from + i,
          isLast: from + i === groups.length - 1,
          all: rows,
          rows,
          handle: null as never,
          targets: null,
          slots: Int32Array.from(rows.keys()),
          waitedSeconds: 0,
        };
    })();
  const validation = batches(rows, { ...rules, dropLast: false });
  const run: TrainingRun = {
    step,
    data: {
      trainBatches: STEPS_PER_EPOCH,
      trainRows: BATCH_SIZE,
      validationBatches: validation.length,
      train: (epoch, { batch }) =>
        loaded(
          batches(
            shuffledOrder(ROWS, facts.seed, epoch).map((i) => rows[i]!),
            rules,
          ),
          batch,
        ),
      validation: (count) => loaded(validation.slice(0, count)),
    },
    hooks,
    learningRate,
    position,
    config,
    signal: abort.signal,
    logger,
    // A clock that is the same in all processes: ten seconds a step.
    clock: () => 10 * step.steps,
    save: (states) => saveRun(run, facts, folder, states),
  };
  const [state] = await statesOf(folder);
  if (state !== undefined) await restoreRun(run, facts, state);
  return { run, step, config, ended: () => trainingLoop(run) };
}

export const fakeFolder = (root: string) => makeRunFolder({ root_dir: root, name: "fake", split_ind: -1 });

/** Everything that would show whether a run was ever interrupted. */
export async function resultOf(folder: RunFolder, { step, run }: { step: FakeStep; run: TrainingRun }) {
  const text = (file: string) => readFile(file, "utf8");
  const files = {
    csv: await text(folder.metrics),
    best: await text(folder.bestModel),
    last: await text(folder.lastModel),
  };
  const { weight, momentum, steps } = step;
  return { weight, momentum, steps, position: { ...run.position }, rate: run.learningRate.value, ...files };
}
