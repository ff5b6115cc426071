/** `optimizer`: a class of torch.optim and its arguments, with PyTorch's names, meanings and defaults. */
import { z } from "zod";
import type { ClassSetting } from "../classPath.js";

const rate = z.number().min(0);
const RATE = { description: "learning rate", argument: "<rate>" };
const weightDecay = (value: number) =>
  z.number().min(0).default(value).meta({
    description: "weight decay: added to the gradient (L2); for AdamW applied to the weights",
    argument: "<decay>",
  });
const eps = z.number().gt(0).default(1e-8).meta({ description: "added to divisors", argument: "<eps>" });
const beta = z.number().min(0).lt(1);
const betas = z.tuple([beta, beta]).default([0.9, 0.999]).meta({
  description: "decay of the running means of gradients and of their squares",
  argument: "<a b...>",
});
const amsgrad = z
  .boolean()
  .default(false)
  .meta({ description: "use the largest running mean of the squares so far" });
const momentum = z.number().min(0).default(0).meta({ description: "momentum", argument: "<factor>" });

export const OPTIMIZERS = {
  "torch.optim.Adam": z.strictObject({
    lr: rate.default(1e-3).meta(RATE),
    betas,
    eps,
    weight_decay: weightDecay(0),
    amsgrad,
  }),
  "torch.optim.AdamW": z.strictObject({
    lr: rate.default(1e-3).meta(RATE),
    betas,
    eps,
    weight_decay: weightDecay(1e-2),
    amsgrad,
  }),
  "torch.optim.SGD": z.strictObject({
    lr: rate.meta(RATE),
    momentum,
    dampening: z.number().default(0).meta({ description: "dampening of the momentum", argument: "<factor>" }),
    weight_decay: weightDecay(0),
    nesterov: z.boolean().default(false).meta({ description: "Nesterov's momentum" }),
  }),
  "torch.optim.RMSprop": z.strictObject({
    lr: rate.default(1e-2).meta(RATE),
    alpha: beta
      .default(0.99)
      .meta({ description: "decay of the squares' running mean", argument: "<factor>" }),
    eps,
    weight_decay: weightDecay(0),
    momentum,
    centered: z.boolean().default(false).meta({ description: "divide by the estimated standard deviation" }),
  }),
} as const;

export const NESTEROV_NEEDS = "needs a momentum above 0 and a dampening of 0";

/** Whether SGD can work with these arguments, as torch.optim requires it. */
export function isNesterovPossible(sgd: { nesterov: boolean; momentum: number; dampening: number }): boolean {
  return !sgd.nesterov || (sgd.momentum > 0 && sgd.dampening === 0);
}

export type OptimizerSetting = ClassSetting<typeof OPTIMIZERS>;

/** The default. Its arguments also apply to another class that a config names, if that class has them. */
export const DEFAULT_OPTIMIZER = {
  class_path: "torch.optim.Adam",
  init_args: { lr: 1e-3, weight_decay: 5e-6 },
} as const;
