/// <reference types="node" preserve="true" />
/** The public API. Research software: not a medical device. */

export type { Contract } from "./contract/contract.js";
export type { Manifest } from "./contract/manifest.js";
export type { CohortRow } from "./data/annotations.js";
export { DeeplasiaError, type ErrorCode } from "./errors.js";
export {
  type BoneAgeModel,
  type ForwardOptions,
  type ForwardOutputs,
  type LoadModelOptions,
  loadModel,
} from "./model/model.js";
export type { PathArgument, PictureArgument } from "./options/library.js";
export { type WritePhantomsOptions, type WrittenPhantoms, writePhantoms } from "./phantom/writePhantoms.js";
export type { EnsembleReading, MemberMonths } from "./prediction/ensemble.js";
export { type PredictCohortOptions, predictCohort } from "./prediction/predictCohort.js";
export { type ImagePrediction, type PredictImageOptions, predictImage } from "./prediction/predictImage.js";
export {
  type EnsembleOutputRecord,
  type EnsembleRecord,
  type FailureRecord,
  isFailure,
  type OutputRecord,
  type PredictionRecord,
} from "./prediction/record.js";
export { mergeShares } from "./prediction/shares/join.js";
export type { WrittenShare } from "./prediction/shares/write.js";
export type { Summary } from "./prediction/summary.js";
export {
  type WritePredictionsOptions,
  type WrittenPredictions,
  writePredictions,
} from "./prediction/writePredictions.js";
export type { Logger } from "./report/log.js";
export type { ProgressEvent } from "./report/progress.js";
export { type CreateTrainerOptions, createTrainer } from "./training/createTrainer.js";
export type { EvaluationResult, StepResult, Trainer } from "./training/trainer.js";
export type { Sex, SexWord } from "./words.js";
