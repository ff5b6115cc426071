/** Loads all models of a service, or none. */

import type { GatheredBatch } from "../inference/gatheredBlocks.js";
import { requireSexModel } from "../inference/sexModel.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { BUNDLED_MODEL } from "../model/bundled.js";
import { HandMaskModel } from "../model/handMaskModel.js";
import { loadHandMaskModel } from "../model/loadHandMaskModel.js";
import { loadModel } from "../model/loadModel.js";
import { pick } from "../options/pick.js";
import { loadModelOptions } from "../options/predict.js";
import type { ServeOptions } from "../options/serve.js";
import { isExplicit } from "../prediction/maskModel.js";
import { membersOf } from "../prediction/members.js";
import { modelArguments } from "./modelArguments.js";
import { Refusal } from "./refusal.js";
import { ServedModel } from "./servedModel.js";

export class ServedModels {
  constructor(
    /** In the order in which they were given: the first is the default. */
    readonly list: readonly ServedModel[],
    readonly predictsSex: boolean,
    private readonly dispose: () => Promise<void>,
  ) {}

  /** The model of that name, else the first. Throws a Refusal for a name that there is not. */
  named(name: string | undefined): ServedModel {
    if (name === undefined) return this.list[0]!;
    const found = this.list.find((model) => model.name === name);
    if (found !== undefined) return found;
    throw new Refusal(404, "NO_SUCH_MODEL", "there is no model of that name", {
      remedy: `Models: ${this.list.map((model) => model.name).join(", ")}.`,
    });
  }

  get queued(): number {
    return this.list.reduce((sum, { queued }) => sum + queued, 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.list.map((model) => model.close()));
    await this.dispose();
  }
}

/**
 * @param legacyParameters The reference's parameters.yml where the command found one.
 * @param onBatch Is called with the name of the model and the batch as it begins.
 * @throws DeeplasiaError as `loadModel` does.
 */
export async function loadServedModels(
  options: ServeOptions & { legacyParameters?: string | undefined },
  onBatch: (model: string, batch: GatheredBatch) => void,
): Promise<ServedModels> {
  const named = await modelArguments(options.model ?? [BUNDLED_MODEL]);
  const loading = pick(options, loadModelOptions.shape);
  const { device, gpus, accelerator, devices, threads, precision, trust, batchSize, maxWaitMs } = options;
  const where = { device, gpus, accelerator, devices, threads, trust };
  const all: (BoneAgeModel | HandMaskModel)[] = [];
  const load = async (file: string, how: object) => {
    const model = await loadModel(file, how);
    all.push(model);
    return model;
  };
  try {
    let maskModel: HandMaskModel | string = options.maskModel;
    if (isExplicit(maskModel)) {
      maskModel = await loadHandMaskModel(options.maskModel, where);
      all.push(maskModel);
    }
    const { predictSex } = options;
    const sexModel = predictSex === undefined ? undefined : await load(predictSex, { ...where, precision });
    if (sexModel !== undefined) await requireSexModel(sexModel);
    const { numWorkers, maxMemory, maxPixels } = options;
    const how = { sexModel, maskModel, batchSize, maxWaitMs, numWorkers, maxMemory, maxPixels };
    const list: ServedModel[] = [];
    for (const { name, files } of named) {
      const members: BoneAgeModel[] = [];
      for (const file of files) members.push(await load(file, loading));
      const one = membersOf(files.length === 1 ? members[0]! : members);
      list.push(new ServedModel(name, one, how, (batch) => onBatch(name, batch)));
    }
    return new ServedModels(list, sexModel !== undefined, async () => {
      await sexModel?.dispose();
      if (maskModel instanceof HandMaskModel) await maskModel.dispose();
    });
  } catch (error) {
    await Promise.all(all.map((model) => model.dispose()));
    throw error;
  }
}
