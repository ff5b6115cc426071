/// <reference types="node" preserve="true" />
/** The public API. Research software: not a medical device. */

export {
  type AugmentationPreview,
  type PreviewAugmentationOptions,
  previewAugmentation,
} from "./augmentation/previewAugmentation.js";
export type { EnsembleReading, MemberMonths } from "./boneAge/ensembleReading.js";
export type { CheckpointFacts } from "./checkpoint/describeCheckpoint.js";
export { type CheckCohortOptions, type CheckResult, checkCohort } from "./cohort/checkCohort.js";
export type { Finding, FindingKind } from "./cohort/findings.js";
export { type ImportCohortOptions, type ImportedCohort, importCohort } from "./cohort/importCohort.js";
export type { ImportedRow, LeftOut } from "./cohort/importResult.js";
export {
  type PartCounts,
  type PartName,
  type SplitCohortOptions,
  type SplitResult,
  splitCohort,
} from "./cohort/splitCohort.js";
export type { Combined } from "./combine/combineCsvs.js";
export {
  type CombinePredictionsOptions,
  combinePredictions,
  type MemberCsv,
} from "./combine/combinePredictions.js";
export type { Logger } from "./console/logger.js";
export type { ProgressEvent } from "./console/progress.js";
export type { Contract, HandMaskContract, PictureContract } from "./contract/contract.js";
export type { ModelKind } from "./contract/kindNames.js";
export type { Manifest, ManifestField } from "./contract/manifest.js";
export { MANIFEST_FIELD_FACTS, type ManifestFieldFacts } from "./contract/manifestFieldFacts.js";
export type { Override } from "./contract/merge.js";
export type { Doubt } from "./contract/plausible.js";
export type { CohortRow } from "./data/annotations.js";
export { DeeplasiaError, type ErrorCode } from "./errors.js";
export type { GatheredBatch } from "./inference/gatheredBlocks.js";
export { type Diagnosis, diagnose } from "./libtorch/diagnose.js";
export {
  type Installed,
  type InstallLibtorchOptions,
  installLibtorch,
  removeLibtorch,
} from "./libtorch/installLibtorch.js";
export type { InstallProgress } from "./libtorch/installOptions.js";
export { listLibtorch } from "./libtorch/listLibtorch.js";
export type { Candidate, Search } from "./libtorch/searchLibtorch.js";
export {
  type MaskFailure,
  type WriteMasksOptions,
  type WrittenMasks,
  writeMasks,
} from "./masks/writeMasks.js";
export type { BoneAgeModel, ForwardOptions, ForwardOutputs } from "./model/boneAgeModel.js";
export type { WrittenModel } from "./model/contractReport.js";
export { type ConvertedModel, type ConvertModelOptions, convertModel } from "./model/convertModel.js";
export type { HandMaskModel } from "./model/handMaskModel.js";
export { type InitialisedModel, type InitModelOptions, initModel } from "./model/initModel.js";
export {
  type InspectedModel,
  type Inspection,
  type InspectModelOptions,
  inspectModel,
} from "./model/inspectModel.js";
export { loadHandMaskModel } from "./model/loadHandMaskModel.js";
export { type LoadModelOptions, loadModel } from "./model/loadModel.js";
export { type WriteManifestOptions, writeManifest } from "./model/writeManifest.js";
export type { PathArgument, PictureArgument } from "./options/library.js";
export type { CreateTrainerOptions } from "./options/train/createTrainerOptions.js";
export type { TrainOptions } from "./options/train/trainOptions.js";
export { type WritePhantomsOptions, type WrittenPhantoms, writePhantoms } from "./phantom/writePhantoms.js";
export type { FoundMask } from "./prediction/arguments.js";
export {
  type CreatePredictorOptions,
  createPredictor,
  type PredictedRequest,
  type PredictionCallOptions,
  type PredictionRequest,
  type Predictor,
} from "./prediction/createPredictor.js";
export type { EnsembleImagePrediction, ImagePrediction } from "./prediction/imagePrediction.js";
export { type PredictCohortOptions, predictCohort } from "./prediction/predictCohort.js";
export { type PredictImageOptions, predictImage } from "./prediction/predictImage.js";
export {
  type WritePredictionsOptions,
  type WrittenPredictions,
  writePredictions,
} from "./prediction/writePredictions.js";
export { type MergeSharesOptions, mergeShares } from "./predictionFiles/shares/mergeShares.js";
export type { WrittenShare } from "./predictionFiles/shares/writeShare.js";
export {
  type EnsembleOutputRecord,
  type EnsembleRecord,
  type FailureRecord,
  isFailure,
  type OutputRecord,
  type PredictionRecord,
} from "./records/record.js";
export type { Summary } from "./records/summary.js";
export { type TrainWatching, train } from "./run/train.js";
export type { TrainedRun } from "./run/trainedRun.js";
export { type RunningService, type ServeCallOptions, serve } from "./service/serve.js";
export {
  cancelSlurmJob,
  type SlurmJobStatus,
  type SubmitSlurmJobOptions,
  slurmJobOutputs,
  slurmJobScript,
  slurmJobStatus,
  submitSlurmJob,
} from "./slurm/slurmJobs.js";
export { createTrainer } from "./trainer/createTrainer.js";
export type { EvaluationResult, StepResult, Trainer, WhichWeights } from "./trainer/trainer.js";
export type { Sex, SexWord } from "./words.js";
