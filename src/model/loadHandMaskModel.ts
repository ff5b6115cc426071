/** From a model's file to a hand-mask model on a device. */
import { completeContract, type HandMaskContract } from "../contract/contract.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { type ModelHandle, type Normalisation, native, type RawPicture } from "../native.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { loadModelOptions } from "../options/predict.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { chooseDevice } from "./device.js";
import { HandMaskModel } from "./handMaskModel.js";
import type { LoadModelOptions } from "./loadModel.js";
import { openModel } from "./openModel.js";

/**
 * Load a hand-mask model, put it on a device, and try it on a blank picture: TorchScript, a checkpoint of the
 * reference's service, or safetensors.
 *
 * @param path The file, or its `file:` URL.
 * @throws DeeplasiaError as `loadModel` does; ERR_DEEPLASIA_MODEL_KIND for a model that is for something else.
 */
export async function loadHandMaskModel(
  path: PathArgument,
  given: LoadModelOptions = {},
): Promise<HandMaskModel> {
  const file = requireArgument("file", pathArgument, path);
  const options = requireOptions(loadModelOptions, given);
  try {
    await using opened = await openModel(file, options);
    const contract = completeContract(opened.contract.manifest, file, "hand_mask");
    requireSquare(file, contract);
    const device = chooseDevice(options);
    const { threads, precision, trust } = options;
    const { weightsDigest = "" } = contract;
    const settings = { device: device.name, threads, precision, optimize: true, trust, weightsDigest };
    const handle = await native().loadModel(opened.model, settings);
    try {
      await verify(file, handle, contract);
      return new HandMaskModel(file, contract, device, handle);
    } catch (error) {
      await native().dispose(handle);
      throw error;
    }
  } catch (error) {
    throw toDeeplasiaError(error).at({ file });
  }
}

/** Probabilities are laid back over the picture as `fit: pad` laid it into a square. */
function requireSquare(file: string, { inputSize: [, height, width], fit }: HandMaskContract): void {
  if (height === width && fit === "pad") return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CONTRACT",
    `the contract of ${file} has an input of ${height}x${width} and fit ${fit}; a hand-mask model needs a square input and fit pad`,
    { file, remedy: "Correct inputSize and fit with `deeplasia-native manifest write`." },
  );
}

/** A ramp of four pixels: a picture of one value is refused. */
const BLANK: RawPicture = {
  data: Uint8Array.of(0, 1, 2, 3),
  width: 2,
  height: 2,
  channels: 1,
  depth: 8,
  luma: "png",
};
const BLANK_PLAN = {
  depth: "8bit",
  background: "none",
  maskCropSize: -1,
  equalizeBins: 0,
  flip: false,
  rotationAngle: 0,
  fit: "stretch",
  resize: "linear",
  augmentation: null,
} as const;

/** Throws ERR_DEEPLASIA_NOT_FINITE, and what a forward throws. */
async function verify(file: string, handle: ModelHandle, { inputSize }: HandMaskContract): Promise<void> {
  const [channels, height, width] = inputSize;
  const batch = native().createBatch(1, height, width);
  try {
    await native().fillSlot(batch, 0, BLANK, null, { ...BLANK_PLAN, height, width });
    const how: Normalisation = { method: "interval", mean: [0], sd: [1] };
    const found = await native().predictMasks(handle, batch, Int32Array.of(0), channels, how);
    if (found.every(Number.isFinite)) return;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_NOT_FINITE",
      `${file} returns NaN or infinity for a blank picture`,
      {
        file,
        remedy: "Check its weights: training that diverged leaves NaN in them. Use an earlier checkpoint.",
      },
    );
  } finally {
    await native().dispose(batch);
  }
}
