/** A batch that no memory can hold is an error with its own code, is halved until it fits, and harms nothing that follows. */
import { silentLogger } from "../../console/logger.js";
import { toDeeplasiaError } from "../../errors.js";
import { imagePlan } from "../../image/imagePlan.js";
import { Forward } from "../../inference/forward.js";
import { BUNDLED_MODEL } from "../../model/bundled.js";
import { loadModel } from "../../model/loadModel.js";
import { native, type RawPicture } from "../../native.js";
import { relativeDifference } from "../differences.js";
import { judged, notRun, type Result } from "../finding.js";
import { isCuda, type Machine } from "../machine.js";
import { featuresOf, withModel } from "../networks.js";
import { gpuOf, memoryOf } from "../nvidiaSmi.js";

/** Half a terabyte after the first convolution of EfficientNet-b0. */
const TOO_LARGE: [number, number, number, number] = [65_536, 1, 512, 512];

/** Slots with pictures; a batch of more names them several times. */
const SLOTS = 2;
/** Of the largest output; a GPU may choose other kernels for another number of pictures, see `forward.ts`. */
const MOST_DIFFERENCE = 1e-2;

export async function* memory(machine: Machine): AsyncGenerator<Result> {
  const what = "a batch far too large";
  if (!isCuda(machine)) {
    yield notRun(what, "Linux ends a process that fills a CPU's memory");
    return;
  }
  const before = await featuresOf(machine, 1);
  const sex = new Float32Array(TOO_LARGE[0]);
  const code = await withModel(machine, { backbone: "efficientnet-b0", where: "tested" }, (model) =>
    native()
      .tryBlank(model, TOO_LARGE, sex)
      .then(
        () => "no error",
        (error) => toDeeplasiaError(error).code,
      ),
  );
  yield judged(what, code === "ERR_DEEPLASIA_OUT_OF_MEMORY", code);
  const bytes = await memoryOf(gpuOf(machine.device)!);
  if (bytes === null) yield notRun("halved until it fits", "nvidia-smi does not give the GPU's memory");
  else yield await halved(machine, bytes);
  const after = relativeDifference(await featuresOf(machine, 1), before);
  yield judged("the device after it", after <= 1e-3, `features differ by ${after.toExponential(1)}`);
}

/** Predicts as many pictures at once as need more than `bytes`: all get ages, those of a batch that fits. */
export async function halved(machine: Machine, bytes: number): Promise<Result> {
  const model = await loadModel(BUNDLED_MODEL, { device: machine.device });
  const [, height, width] = model.contract.inputSize;
  const batch = native().createBatch(SLOTS, height, width);
  const plan = imagePlan(model.contract, { flip: false, rotationAngle: 0 });
  try {
    for (let slot = 0; slot < SLOTS; slot++) await native().fillSlot(batch, slot, ramp(slot + 1), null, plan);
    const count = Math.ceil((1.25 * bytes) / model.bytesPerPicture);
    const inputs = Array.from({ length: count }, (_, i) => ({ slot: i % SLOTS, male: 1 as const }));
    let warnings = 0;
    const logger = { ...silentLogger, warn: () => warnings++ };
    const agesOf = async (most: number, given: typeof inputs) => {
      const outputs = await new Forward(model, most, logger).run(batch, given);
      return Array.from({ length: SLOTS }, (_, slot) => {
        const output = outputs.get(slot);
        return output === undefined || output instanceof Error ? Number.NaN : output.age;
      });
    };
    const expected = await agesOf(SLOTS, inputs.slice(0, SLOTS));
    const difference = relativeDifference(await agesOf(count, inputs), expected);
    const found = `${count} pictures${warnings === 0 ? " fitted" : ""}, outputs differ by ${difference.toExponential(1)}`;
    return judged("halved until it fits", warnings > 0 && difference <= MOST_DIFFERENCE, found);
  } finally {
    await native().dispose(batch);
    await model.dispose();
  }
}

/** A picture of grey values that rise with different steps. */
function ramp(step: number): RawPicture {
  const side = 64;
  const data = Uint8Array.from({ length: side * side }, (_, i) => (i * step) % 256);
  return { data, width: side, height: side, channels: 1, depth: 8, luma: "png" };
}
