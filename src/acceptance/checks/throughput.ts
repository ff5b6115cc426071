/** Pictures a second of the forward, and the memory that it takes: figures without a bound. */
import { type ModelHandle, native } from "../../native.js";
import { measured, notRun, type Result } from "../finding.js";
import { isCuda, type Machine } from "../machine.js";
import { missingPrecision, withModel } from "../networks.js";

const FULL = {
  backbones: ["efficientnet-b0", "efficientnet-b4"],
  precisions: ["32", "bf16", "16"],
  sides: [224, 380, 512],
  batches: [1, 4, 16, 64],
} as const;

/** What a CPU does in a minute. */
const QUICK = { backbones: ["efficientnet-b0"], precisions: ["32"], sides: [224], batches: [1, 4] } as const;

const SECONDS = 2;

export async function* throughput(machine: Machine): AsyncGenerator<Result> {
  const { backbones, precisions, sides, batches } = machine.isFull || isCuda(machine) ? FULL : QUICK;
  for (const backbone of backbones)
    for (const precision of precisions) {
      const missing = missingPrecision(machine, precision);
      if (missing !== null) {
        yield notRun(`${backbone} ${precision}`, missing);
        continue;
      }
      const found = await withModel(machine, { backbone, where: "tested", precision }, async (model) => {
        const results: Result[] = [];
        for (const side of sides)
          for (const batch of batches)
            results.push(await speedOf(model, { backbone, precision, side, batch }));
        return results;
      });
      yield* found;
    }
  yield notRun("share of time at work", "not measured yet: watch nvidia-smi while `predict` runs");
  yield notRun("eager PyTorch beside", "not measured yet: see bench/ of the repository");
}

interface Case {
  backbone: string;
  precision: string;
  side: number;
  batch: number;
}

/** Includes the copy of the pictures to the device and of the outputs from it, as in every prediction. */
async function speedOf(model: ModelHandle, { backbone, precision, side, batch }: Case): Promise<Result> {
  const shape: [number, number, number, number] = [batch, 1, side, side];
  const sex = new Float32Array(batch);
  const data = new Float32Array(batch * side * side);
  const { bytes } = await native().tryBlank(model, shape, sex);
  await native().forward(model, data, shape, sex);
  const start = performance.now();
  let runs = 0;
  while (runs === 0 || performance.now() - start < SECONDS * 1000) {
    await native().forward(model, data, shape, sex);
    runs++;
  }
  const rate = (1000 * runs * batch) / (performance.now() - start);
  const what = `${backbone.replace("efficientnet-", "")} ${precision} ${side} px, batch ${batch}`;
  return measured(what, `${rate.toPrecision(3)} pictures/s, ${(bytes / 1e6).toFixed(0)} MB`);
}
