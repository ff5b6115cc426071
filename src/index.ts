/// <reference types="node" preserve="true" />
/** The public API. Research software: not a medical device. */

export { benchmarkMachine, type MachineReport } from "./acceptance/benchmarkMachine.js";
export {
  type AugmentationPreview,
  previewAugmentation,
} from "./augmentation/previewAugmentation.js";
export type { AgeSpread } from "./boneAge/ageSpread.js";
export type { EnsembleReading, MemberMonths } from "./boneAge/ensembleReading.js";
export type { CheckpointFacts } from "./checkpoint/describeCheckpoint.js";
export { type CheckResult, checkCohort } from "./cohort/checkCohort.js";
export type { Finding, FindingKind } from "./cohort/findings.js";
export { type ImportedCohort, importCohort } from "./cohort/importCohort.js";
export type { ImportedRow, LeftOut } from "./cohort/importResult.js";
export {
  type PartCounts,
  type PartName,
  type SplitResult,
  splitCohort,
} from "./cohort/splitCohort.js";
export type { Combined } from "./combine/combineCsvs.js";
export {
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
  installLibtorch,
  removeLibtorch,
} from "./libtorch/installLibtorch.js";
export type { InstallLibtorchOptions } from "./libtorch/installLibtorchOptions.js";
export type { InstallProgress } from "./libtorch/installOptions.js";
export { listLibtorch } from "./libtorch/listLibtorch.js";
export type { Candidate, Search, UsableCandidate } from "./libtorch/searchLibtorch.js";
export {
  type MaskFailure,
  type WrittenMasks,
  writeMasks,
} from "./masks/writeMasks.js";
export type { WriteMasksOptions } from "./masks/writeMasksOptions.js";
export { type AddedModel, addModel } from "./model/addModel.js";
export type { BoneAgeModel, ForwardOptions, ForwardOutputs } from "./model/boneAgeModel.js";
export type { WrittenModel } from "./model/contractReport.js";
export { type ConvertedModel, convertModel } from "./model/convertModel.js";
export type { CropBox, CropperModel } from "./model/cropperModel.js";
export { getModel } from "./model/getModel.js";
export type { HandMaskModel } from "./model/handMaskModel.js";
export { type InitialisedModel, initModel } from "./model/initModel.js";
export {
  type InspectedModel,
  type Inspection,
  inspectModel,
  type StatedValue,
} from "./model/inspectModel.js";
export {
  type InstalledModel,
  type ListedModel,
  listModels,
  removeModel,
  showModel,
} from "./model/listModels.js";
export { loadHandMaskModel } from "./model/loadHandMaskModel.js";
export { loadModel } from "./model/loadModel.js";
export type { SeenPicture } from "./model/saliencyModel.js";
export { writeManifest } from "./model/writeManifest.js";
export { type CalibratedModel, calibrateModel, type LinesBySex } from "./modelEvaluation/calibrateModel.js";
export type { CalibrateModelOptions } from "./modelEvaluation/calibrateModelOptions.js";
export {
  evaluateModels,
  type ModelEvaluation,
} from "./modelEvaluation/evaluateModels.js";
export type { EvaluateModelsOptions } from "./modelEvaluation/evaluateModelsOptions.js";
export type { FindingState, MachineFinding } from "./options/benchmarkMachine.js";
export type { AddModelOptions } from "./options/calls/addModelOptions.js";
export type { BenchmarkMachineOptions } from "./options/calls/benchmarkMachineOptions.js";
export type { CheckCohortOptions } from "./options/calls/checkCohortOptions.js";
export type { CombinePredictionsOptions } from "./options/calls/combinePredictionsOptions.js";
export type { ComparePredictionsOptions } from "./options/calls/comparePredictionsOptions.js";
export type { ConvertModelOptions } from "./options/calls/convertModelOptions.js";
export type { EvaluatePredictionsOptions } from "./options/calls/evaluatePredictionsOptions.js";
export type { GetModelOptions } from "./options/calls/getModelOptions.js";
export type { ImportCohortOptions } from "./options/calls/importCohortOptions.js";
export type { InitModelOptions } from "./options/calls/initModelOptions.js";
export type { InspectModelOptions } from "./options/calls/inspectModelOptions.js";
export type { LoadModelOptions } from "./options/calls/loadModelOptions.js";
export type { PreviewAugmentationOptions } from "./options/calls/previewAugmentationOptions.js";
export type { SplitCohortOptions } from "./options/calls/splitCohortOptions.js";
export type { TrainWatching } from "./options/calls/trainWatching.js";
export type { WriteManifestOptions } from "./options/calls/writeManifestOptions.js";
export type { WritePhantomsOptions } from "./options/calls/writePhantomsOptions.js";
export type { PathArgument, PictureArgument } from "./options/library.js";
export type { DownloadProgress } from "./options/models.js";
export type { CreateTrainerOptions } from "./options/train/createTrainerOptions.js";
export type { TrainOptions } from "./options/train/trainOptions.js";
export { type PackedCohort, type PackFailure, packCohort } from "./pack/packCohort.js";
export type { PackCohortOptions } from "./pack/packCohortOptions.js";
export { type VerifiedPack, verifyPack } from "./pack/verifyPack.js";
export { type WrittenPhantoms, writePhantoms } from "./phantom/writePhantoms.js";
export type { FoundMask } from "./prediction/arguments.js";
export {
  createPredictor,
  type PredictedRequest,
  type PredictionCallOptions,
  type PredictionRequest,
  type Predictor,
} from "./prediction/createPredictor.js";
export type { CreatePredictorOptions } from "./prediction/createPredictorOptions.js";
export type { EnsembleImagePrediction, ImagePrediction } from "./prediction/imagePrediction.js";
export { predictCohort } from "./prediction/predictCohort.js";
export type { PredictCohortOptions } from "./prediction/predictCohortOptions.js";
export { predictImage } from "./prediction/predictImage.js";
export type { PredictImageOptions } from "./prediction/predictImageOptions.js";
export { showSaliency } from "./prediction/showSaliency.js";
export type { ShowSaliencyOptions } from "./prediction/showSaliencyOptions.js";
export {
  type WrittenPredictions,
  writePredictions,
} from "./prediction/writePredictions.js";
export type { WritePredictionsOptions } from "./prediction/writePredictionsOptions.js";
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
export type { EntryFile, RegistryEntry } from "./registry/entries.js";
export type { InstalledFile, InstalledRecord } from "./registry/home.js";
export {
  comparePredictions,
  type PredictionComparison,
} from "./report/comparePredictions.js";
export type { PredictionEvaluation } from "./report/evaluateFile.js";
export { evaluatePredictions } from "./report/evaluatePredictions.js";
export { evaluateRun } from "./run/evaluateRun.js";
export { train } from "./run/train.js";
export type { TrainedRun } from "./run/trainedRun.js";
export { type RunningService, serve } from "./service/serve.js";
export type { ServeCallOptions } from "./service/serveCallOptions.js";
export { type RunningApp, startApp } from "./service/startApp.js";
export type { StartAppOptions } from "./service/startAppOptions.js";
export {
  type CancelledJob,
  cancelSlurmJob,
  type JobOutputs,
  type SlurmJobStatus,
  type SubmittedJob,
  slurmJobOutputs,
  slurmJobScript,
  slurmJobStatus,
  submitSlurmJob,
} from "./slurm/slurmJobs.js";
export type { SubmitSlurmJobOptions } from "./slurm/submitSlurmJobOptions.js";
export { createTrainer } from "./trainer/createTrainer.js";
export type {
  EvaluationResult,
  FilledTrainerOptions,
  LossWeights,
  StepResult,
  Trainer,
  WhichWeights,
} from "./trainer/trainer.js";
export type { Sex, SexWord } from "./words.js";
