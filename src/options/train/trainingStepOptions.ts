/** Options of one training step, for `createTrainer`: the settings of `train` that a step knows, by their names there. */
import { z } from "zod";
import { contractArgument } from "../library.js";
import { trustOptions } from "../trust.js";
import { modelSettings } from "./modelSettings.js";
import { DEFAULT_OPTIMIZER, OPTIMIZERS } from "./optimizerClasses.js";
import { runSettings } from "./runSettings.js";
import { trainerSettings } from "./trainerSettings.js";

const adam = OPTIMIZERS["torch.optim.Adam"].shape;
const sgd = OPTIMIZERS["torch.optim.SGD"].shape;
const rmsprop = OPTIMIZERS["torch.optim.RMSprop"].shape;
const model = modelSettings.shape;
const trainer = trainerSettings.shape;

/** Which optimiser, and what torch.optim calls its arguments; each reads its own only. */
const optimizerShape = {
  optimizer: z
    .enum(["adam", "adamw", "sgd", "rmsprop"])
    .default("adam")
    .meta({ description: "how gradients become updates; semantics are those of torch.optim" }),
  lr: adam.lr.default(DEFAULT_OPTIMIZER.init_args.lr),
  weightDecay: adam.weight_decay.default(DEFAULT_OPTIMIZER.init_args.weight_decay),
  betas: adam.betas,
  amsgrad: adam.amsgrad,
  eps: adam.eps,
  momentum: sgd.momentum,
  dampening: sgd.dampening,
  nesterov: sgd.nesterov,
  alpha: rmsprop.alpha,
  centered: rmsprop.centered,
};

/** What else a step does. */
const stepShape = {
  ageSigma: model.age_sigma,
  sexSigma: model.sex_sigma,
  gradientClipVal: trainer.gradient_clip_val,
  gradientClipAlgorithm: trainer.gradient_clip_algorithm,
  accumulateGradBatches: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: "steps whose gradients make one update", argument: "<n>" }),
  emaDecay: trainer.ema_decay,
  dropConnect: model.drop_connect,
  freeze: model.freeze,
  seed: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(42)
    .meta({ description: "seed of dropout and drop-connect", argument: "<n>" }),
  precision: trainer.precision.default("32"),
  threads: runSettings.shape.threads,
  device: runSettings.shape.device,
  ...trustOptions.shape,
};

export const trainingStepOptions = z.strictObject({ ...optimizerShape, ...stepShape }).refine(
  ({ optimizer, nesterov, momentum, dampening }) => {
    return optimizer !== "sgd" || !nesterov || (momentum > 0 && dampening === 0);
  },
  { path: ["nesterov"], message: "needs a momentum above 0 and a dampening of 0" },
);

/** What `createTrainer` takes: those, and the contract of the model. */
export const createTrainerOptions = trainingStepOptions.safeExtend({
  manifest: z.string().min(1).optional().meta({ description: "a manifest file" }),
  contract: contractArgument,
});

/** Options of the single calls of a trainer. */
export const stepCallOptions = z.strictObject({
  update: z.boolean().default(false).meta({ description: "true: update the weights with this step" }),
});
export const weightsOptions = z.strictObject({
  ema: z.boolean().default(false).meta({ description: "true: the average of the weights" }),
});
export const saveOptions = weightsOptions.extend({ manifest: contractArgument });
export const notesArgument = z.string().default("").meta({ description: "a text" });
/** The learning rate of steps to come. */
export const rateArgument = adam.lr.unwrap().meta({ description: "a number of at least 0" });

/** Options with every default filled in. */
export type TrainingStepOptions = z.infer<typeof trainingStepOptions>;
