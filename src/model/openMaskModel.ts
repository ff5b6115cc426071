import type { LoadModelOptions } from "../options/calls/loadModelOptions.js";
import { requireLive } from "./argument.js";
import { BUNDLED_MASK_MODEL } from "./bundled.js";
import { bundledMaskModel } from "./bundledMaskModel.js";
import { chooseDevice } from "./device.js";
import { HandMaskModel } from "./handMaskModel.js";
import { loadHandMaskModel } from "./loadHandMaskModel.js";

/** A hand-mask model in use. Disposing frees a model that was loaded for it, and no other. */
export interface OpenMaskModel extends AsyncDisposable {
  model: HandMaskModel;
}

const shared = (model: HandMaskModel): OpenMaskModel => ({ model, async [Symbol.asyncDispose]() {} });

/** Opens the mask model that a call names: the caller's own, which must be loaded, or a file; the bundled one is shared by all. */
export async function openMaskModel(
  choice: HandMaskModel | string,
  options: LoadModelOptions = {},
): Promise<OpenMaskModel> {
  if (choice instanceof HandMaskModel) {
    requireLive("maskModel", choice);
    return shared(choice);
  }
  if (choice === BUNDLED_MASK_MODEL) {
    const { name: device } = chooseDevice(options);
    return shared(await bundledMaskModel({ device, threads: options.threads ?? 0 }));
  }
  const model = await loadHandMaskModel(choice, options);
  return { model, [Symbol.asyncDispose]: () => model.dispose() };
}
