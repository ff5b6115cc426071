/// <reference types="node" preserve="true" />
/** The public API. Research software: not a medical device. */

export type { EnsembleReading, MemberMonths } from "./boneAge/ensembleReading.js";
export type { Logger } from "./console/logger.js";
export type { ProgressEvent } from "./console/progress.js";
export type { Contract, HandMaskContract, PictureContract } from "./contract/contract.js";
export type { ModelKind } from "./contract/kindNames.js";
export type { Manifest } from "./contract/manifest.js";
export type { CohortRow } from "./data/annotations.js";
export { DeeplasiaError, type ErrorCode } from "./errors.js";
export { type LoadModelOptions, loadModel } from "./model/loadModel.js";
export type { BoneAgeModel, ForwardOptions, ForwardOutputs } from "./model/model.js";
export type { PathArgument, PictureArgument } from "./options/library.js";
export { type WritePhantomsOptions, type WrittenPhantoms, writePhantoms } from "./phantom/writePhantoms.js";
export { type PredictCohortOptions, predictCohort } from "./prediction/predictCohort.js";
export { type ImagePrediction, type PredictImageOptions, predictImage } from "./prediction/predictImage.js";
export {
  type WritePredictionsOptions,
  type WrittenPredictions,
  writePredictions,
} from "./prediction/writePredictions.js";
export { mergeShares } from "./predictionFiles/shares/mergeShares.js";
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
export { type CreateTrainerOptions, createTrainer } from "./trainer/createTrainer.js";
export type { EvaluationResult, StepResult, Trainer } from "./trainer/trainer.js";
export type { Sex, SexWord } from "./words.js";
