/** Checks whether a model can predict the sex of a child from the picture. */
import { DeeplasiaError } from "../errors.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";

const checked = new WeakSet<BoneAgeModel>();

/**
 * Checks that a model can predict the sex: it has a sex head, and that head depends on the picture only. A head that also
 * depends on the given sex would return that sex. Two pictures, each as a girl's and as a boy's, must give equal logits.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_CONTRACT.
 */
export async function requireSexModel(model: BoneAgeModel): Promise<void> {
  if (checked.has(model)) return;
  const { file, contract } = model;
  if (!model.hasSexHead) throw unfit(file, "it has no sex head: its network gives an age only");
  if (contract.sexEncoding !== "none") {
    const [channels, height, width] = contract.inputSize;
    const elements = channels * height * width;
    const data = new Float32Array(4 * elements);
    // Blank pictures might leave what the sex acts on at zero; the other two hold a ramp.
    for (let i = 0; i < 2 * elements; i++) data[2 * elements + i] = (i % elements) / elements;
    const { sexLogit } = await model.forward(data, [4, channels, height, width], [0, 1, 0, 1]);
    const [blankGirl = 0, blankBoy = 0, rampGirl = 0, rampBoy = 0] = sexLogit ?? [];
    if (differ(blankGirl, blankBoy) || differ(rampGirl, rampBoy))
      throw unfit(file, "its sex head depends on the sex that the network is given");
  }
  checked.add(model);
}

/** Returns whether two values differ by more than rounding within a batch. */
function differ(a: number, b: number): boolean {
  return !(Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(a)));
}

function unfit(file: string, why: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_CONTRACT", `${file} cannot predict the sex: ${why}`, {
    file,
    remedy: "Give a model that was trained to predict the sex from the picture alone.",
  });
}
