/** Name, notice and the choice of a model. */

import icon from "../icon.svg";
import { asSentence } from "../sentence.js";
import type { About, ServedModel } from "../service.js";

interface Props {
  about: About | null;
  model: ServedModel | null;
  onModel: (name: string) => void;
}

export function Header({ about, model, onModel }: Props) {
  const models = about?.models ?? [];
  return (
    <header class="top">
      <div class="top-row">
        <p class="brand">
          <img src={icon} alt="" width="28" height="28" />
          Bone age
        </p>
        {models.length > 1 ? (
          <label class="model">
            Model
            <select value={model?.name} onChange={({ currentTarget }) => onModel(currentTarget.value)}>
              {models.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        ) : (
          model !== null && (
            <p class="model">
              Model <strong>{model.name}</strong>
            </p>
          )
        )}
      </div>
      <p class="notice">
        <strong>Research software. Not a medical device; not for diagnosis or treatment.</strong>
        {model?.note && ` ${asSentence(`Model ${model.name}: ${model.note}`)}`}
      </p>
    </header>
  );
}
