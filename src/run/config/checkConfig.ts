import { DeeplasiaError } from "../../errors.js";
import { nearestHint } from "../../nearest.js";
import { type Layer, settingError } from "../../options/layer.js";
import type { TrainConfig } from "../../options/train/index.js";
import { isNesterovPossible, NESTEROV_NEEDS } from "../../options/train/optimizerClasses.js";
import { kindOf } from "../kinds/kindOf.js";
import { checkDevices } from "./checkDevices.js";

/**
 * Checks settings against each other. Returns warnings about combinations that are likely mistakes.
 *
 * Throws ERR_DEEPLASIA_OPTION for settings that contradict each other.
 */
export function checkConfig(config: TrainConfig, settings: Layer): string[] {
  const { trainer, optimizer } = config;
  const where = (path: string) => settings.get(path)?.origin ?? "default";
  const endless = trainer.max_epochs === null || trainer.max_epochs === -1;
  if (endless && trainer.max_steps === -1 && trainer.max_time === null) {
    throw contradiction(
      `${where("trainer.max_epochs")}: nothing ends the run`,
      "Set trainer.max_epochs, trainer.max_steps or trainer.max_time.",
    );
  }
  for (const limit of ["max_epochs", "max_steps"] as const) {
    if (trainer[limit] !== 0) continue;
    throw contradiction(
      `${where(`trainer.${limit}`)}: trainer.${limit} is 0: nothing would be trained`,
      "Increase it. To evaluate a model without training, use predict.",
    );
  }
  if (optimizer.class_path === "torch.optim.SGD") checkNesterov(optimizer.init_args);
  checkDevices(config, where);
  const ofKind = [...kindOf(config).check(config, settings)];
  return [...ofKind, ...monitorWarnings(config, settings), ...modeWarnings(config, where)];
}

/** A monitored metric must exist, or the run would end after its first epoch. */
function* monitorWarnings(config: TrainConfig, settings: Layer): Generator<string> {
  const watchers = {
    "early_stopping.monitor": config.early_stopping,
    "lr_scheduler.init_args.monitor": config.lr_scheduler.init_args,
  };
  const { learnable_sigma: isLearnt } = config.model;
  const names = kindOf(config).metricNames.filter(
    (name) => !(isLearnt ? FIXED_WEIGHT : LEARNT_WEIGHT).test(name),
  );
  for (const [path, watcher] of Object.entries(watchers)) {
    if (!("monitor" in watcher) || names.includes(watcher.monitor)) continue;
    const { monitor } = watcher;
    const namesakes = names.filter(
      (name) => name.endsWith(`/${monitor}`) || wordsOf(name) === wordsOf(monitor),
    );
    const hint =
      namesakes.length > 0 ? ` (there is ${namesakes.join(" and ")})` : nearestHint(monitor, names);
    const given = settings.get(path) ?? { written: monitor, origin: "default" };
    const error = settingError(path, given, `no such metric${hint}`, `Set it to one of ${names.join(", ")}.`);
    const mayLack = "strict" in watcher && !watcher.strict;
    if (!mayLack) throw error;
    yield `${error.message}; without it there is neither early stopping nor a best model`;
  }
}

/** Lightning's usual name of `Loss/val` is `val_loss`. */
const wordsOf = (name: string) => name.toLowerCase().split(/[/_]/).sort().join(" ");

const FIXED_WEIGHT = /^Loss\/(age|sex)_sigma$/;
const LEARNT_WEIGHT = /^Loss\/ucw_/;

function checkNesterov(sgd: Parameters<typeof isNesterovPossible>[0]): void {
  if (isNesterovPossible(sgd)) return;
  throw contradiction(
    `optimizer.init_args.nesterov ${NESTEROV_NEEDS}`,
    "Set optimizer.init_args.momentum, for example to 0.9.",
  );
}

/** `ROC` is best when largest. The reference's sex_only.yml has `min`, and keeps the worst epoch. */
function* modeWarnings(config: TrainConfig, where: (path: string) => string): Generator<string> {
  const watchers = {
    early_stopping: config.early_stopping,
    "lr_scheduler.init_args": config.lr_scheduler.init_args,
  };
  for (const [section, watcher] of Object.entries(watchers)) {
    if (!("monitor" in watcher && "mode" in watcher)) continue;
    if (watcher.mode === "min" && /(ROC|Accuracy|F1Score|PearsonCorrCoef|Dice)$/i.test(watcher.monitor)) {
      yield `${where(`${section}.mode`)}: ${section}.mode is min, but ${watcher.monitor} is best when largest, so the worst ` +
        "epoch would be kept: set it to max";
    }
  }
}

function contradiction(message: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", message, { remedy });
}
