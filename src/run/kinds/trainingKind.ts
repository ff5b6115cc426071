import type { Logger } from "../../console/logger.js";
import type { Progress } from "../../console/progress.js";
import type { AnyContract } from "../../contract/contract.js";
import type { ModelKind } from "../../contract/kindNames.js";
import type { Manifest } from "../../contract/manifest.js";
import type { Group } from "../../distributed/group.js";
import type { ReadPicture } from "../../image/readPicture.js";
import type { NetworkHandle } from "../../native.js";
import type { Layer } from "../../options/layer.js";
import type { TrainConfig } from "../../options/train/index.js";
import type { Trainer } from "../../trainer/trainer.js";
import type { Metrics } from "../../training/hook.js";
import type { Failures } from "../../training/hooks/failures.js";
import type { MetricsWatcher } from "../../training/hooks/metricsWatcher.js";
import type { TrainingCohort } from "../../training/trainingCohort.js";
import type { RunFolder } from "../runFolder.js";
import type { RunResults } from "../runResults.js";

/** What a run does in its own way for each kind of network that it can train. All else is the same for all kinds. */
export interface TrainingKind {
  /** The kind of the model to be. */
  modelKind: ModelKind;
  /** The masks are the truth to learn, not a part of the pictures' preparation. */
  learnsMasks: boolean;
  /** Fields of the contract that hold where neither a setting nor a model to start from states them. */
  family: Manifest;
  /** Fields of the contract about pictures, by the setting that gives them. */
  pictureFields(config: TrainConfig): Record<string, Manifest>;
  /** Checks the settings against each other. Returns warnings; throws ERR_DEEPLASIA_OPTION. */
  check(config: TrainConfig, settings: Layer): Iterable<string>;
  freshNetwork(config: TrainConfig, seed: number): Promise<FreshStart>;
  /** Reads the rows. `manifest` has the known fields of the contract. Throws as `openAgeCohort`. */
  openCohort(config: TrainConfig, manifest: Manifest): Promise<TrainingCohort>;
  /** What the log shows of the truth that is learnt; empty for nothing. */
  cohortText(cohort: TrainingCohort): string;
  /** The contract of the model to be; `own` are the fields that each run sets. Throws ERR_DEEPLASIA_CONTRACT. */
  contract(
    trainer: Pick<Trainer, "manifest" | "file" | "sexEncoding">,
    cohort: Pick<TrainingCohort, "scale">,
    own: Manifest,
  ): AnyContract;
  /** Names of all metrics that an epoch can have. */
  metricNames: readonly string[];
  createMetrics(parts: MetricsParts): KindMetrics;
  /** Settings of the network, for `hparams.yaml` and TensorBoard. */
  hyperParameters(config: TrainConfig): Record<string, unknown>;
  /** The `hp/…` metrics of a model that was not tested yet. */
  untested: Metrics;
  /** Tests the best model on all parts, writes the results, and logs them. */
  evaluate(parts: EvaluationParts): Promise<EvaluatedModel>;
}

/** A network with fresh weights. */
export interface FreshStart {
  handle: NetworkHandle;
  /** A few words for the log. */
  text: string;
  manifest: Manifest;
}

export interface MetricsParts {
  config: TrainConfig;
  trainer: Trainer;
  cohort: Pick<TrainingCohort, "scale">;
  logger: Logger;
}

export interface KindMetrics {
  hook: MetricsWatcher;
  /** Fields of the contract that follow from the epochs so far. */
  manifest(): Manifest;
}

export interface EvaluationParts {
  modelFile: string;
  config: TrainConfig;
  contract: AnyContract;
  cohort: TrainingCohort;
  /** The trainer of the run, whose device and options serve the best model too. */
  trainer: Trainer;
  group: Group;
  folder: RunFolder;
  read: ReadPicture;
  failures: Failures;
  logger: Logger;
  progress: Progress;
  signal: AbortSignal;
}

export interface EvaluatedModel extends RunResults {
  /** The `hp/…` metrics. */
  tested: Metrics;
}
