/** Options of a single training step: the settings of `train` that a step uses, in camel case. */
import { z } from "zod";
import { abortSignal } from "../../schema/callbacks.js";
import { contractArgument } from "../library.js";
import { stepModelSettings } from "./modelSettings.js";
import { DEFAULT_OPTIMIZER, isNesterovPossible, NESTEROV_NEEDS, OPTIMIZERS } from "./optimizerClasses.js";
import { runSettings, stepRunSettings } from "./runSettings.js";
import { stepTrainerSettings } from "./trainerSettings.js";

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;
type CamelCased<T> = { [K in keyof T & string as CamelCase<K>]: T[K] };

/** The same values with their keys in camel case: `weight_decay` -> `weightDecay`. */
export function camelCased<T extends object>(values: T): CamelCased<T> {
  const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const entries = Object.entries(values).map(([name, value]) => [camelCase(name), value]);
  return Object.fromEntries(entries) as CamelCased<T>;
}

/** The settings that a step uses, by their section. */
export const STEP_SETTINGS = {
  run: stepRunSettings,
  model: stepModelSettings,
  trainer: stepTrainerSettings,
} as const;

/** The arguments of all optimisers. Each optimiser reads only its own. */
const optimizerShape = camelCased({
  ...OPTIMIZERS["torch.optim.RMSprop"].shape,
  ...OPTIMIZERS["torch.optim.SGD"].shape,
  ...OPTIMIZERS["torch.optim.Adam"].shape,
});
const { lr, weight_decay } = DEFAULT_OPTIMIZER.init_args;

/** The same setting with another default. */
function byDefault<T extends z.ZodType>(setting: z.ZodDefault<T>, value: z.input<T>): z.ZodDefault<T> {
  return setting
    .unwrap()
    .default(value as never)
    .meta(setting.meta() ?? {}) as z.ZodDefault<T>;
}

export const trainingStepOptions = z
  .strictObject({
    optimizer: z
      .enum(["adam", "adamw", "sgd", "rmsprop"])
      .default("adam")
      .meta({ description: "optimiser, as in torch.optim" }),
    ...optimizerShape,
    lr: byDefault(optimizerShape.lr, lr),
    weightDecay: byDefault(optimizerShape.weightDecay, weight_decay),
    ...camelCased(STEP_SETTINGS.model),
    ...camelCased(STEP_SETTINGS.trainer),
    accumulateGradBatches: z
      .int()
      .min(1)
      .default(1)
      .meta({ description: "number of steps whose gradients make one update", argument: "<n>" }),
    seed: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .default(42)
      .meta({ description: "seed of dropout and drop-connect", argument: "<n>" }),
    // Like `loadModel`, and unlike `train`, whose default assumes a GPU.
    precision: byDefault(STEP_SETTINGS.trainer.precision, "32"),
    device: runSettings.shape.device,
    ...camelCased(STEP_SETTINGS.run),
  })
  .refine((options) => options.optimizer !== "sgd" || isNesterovPossible(options), {
    path: ["nesterov"],
    message: NESTEROV_NEEDS,
  });

/** The options of `createTrainer`: those of its steps, the contract of the model, and a signal. */
export const createTrainerOptions = trainingStepOptions.safeExtend({
  manifest: z.string().min(1).optional().meta({
    description: "a manifest file, which overrides what the model and the file beside it state",
  }),
  contract: contractArgument,
  signal: abortSignal,
});

/** Options of the calls of a trainer. */
export const stepCallOptions = z.strictObject({
  update: z.boolean().default(false).meta({ description: "true: update the weights with this step" }),
});
export const weightsOptions = z.strictObject({
  ema: z.boolean().default(false).meta({ description: "true: use the average of the weights" }),
});
export const saveOptions = weightsOptions.extend({ manifest: contractArgument });
export const notesArgument = z.string().default("").meta({ description: "a text" });
/** The learning rate of the following steps. */
export const rateArgument = optimizerShape.lr.unwrap().meta({ description: "a number of at least 0" });

/** Options with every default filled in. */
export type TrainingStepOptions = z.infer<typeof trainingStepOptions>;
