/** `hparams.yaml`: what the reference writes of a model's making, in its words. */
import { stringify } from "yaml";
import type { TrainConfig } from "../options/train/index.js";

export function formatHyperParameters({ model, data, name }: TrainConfig): string {
  const parameters = {
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
  return stringify(parameters);
}
