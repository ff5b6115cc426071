/** The hyper-parameters of a model under the reference's names: for `hparams.yaml`, and for TensorBoard's HPARAMS. */
import { stringify } from "yaml";
import { shortName } from "../options/classPath.js";
import type { TrainConfig } from "../options/train/index.js";
import type { HyperParameters } from "../tensorboard/hyperParameterRecords.js";

export const formatHyperParameters = (config: TrainConfig): string => stringify(hyperParametersOf(config));

/** For TensorBoard, with the settings that decide how the model is trained; lists and null as text. */
export function shownHyperParameters(config: TrainConfig): HyperParameters {
  const { optimizer, lr_scheduler, trainer, seed_everything } = config;
  const { lr, weight_decay } = optimizer.init_args;
  const all = {
    ...hyperParametersOf(config),
    optimizer: shortName(optimizer.class_path),
    ...{ lr, weight_decay },
    lr_scheduler: shortName(lr_scheduler.class_path),
    max_epochs: trainer.max_epochs,
    seed: seed_everything,
  };
  const isPlain = (value: unknown) => ["number", "string", "boolean"].includes(typeof value);
  const shown = Object.entries(all).map(([name, value]) => [
    name,
    isPlain(value) ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(shown);
}

function hyperParametersOf({ model, data, name }: TrainConfig) {
  return {
    age_sigma: model.age_sigma,
    backbone: model.backbone,
    batch_size: data.train_batch_size,
    correct_predicted_sex: model.correct_predicted_sex,
    dense_layers: model.dense_layers,
    dropout_p: model.dropout_p,
    explicit_sex_classifier: model.explicit_sex_classifier,
    img_norm_method: data.norm_method,
    input_size: data.input_size,
    learnable_sigma: model.learnable_sigma,
    masked_input: data.mask_dirs.length > 0 && data.mask_dirs[0] !== "",
    name,
    pretrained: model.pretrained,
    sex_dcs: model.sex_dcs,
    sex_sigma: model.sex_sigma,
  };
}
