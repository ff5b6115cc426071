/** The forward of every backbone on the device, against the same weights on the CPU in float32. */
import { type NativeOutputs, native } from "../../native.js";
import { relativeDifference } from "../differences.js";
import { judged, notRun, type Result } from "../finding.js";
import { isCuda, type Machine } from "../machine.js";
import { missingPrecision, type Precision, pictures, SIDE, withModel } from "../networks.js";

/**
 * Bounds on the difference of the pooled features as a share of the largest. On a GPU, cuDNN may round the
 * inputs of float32 convolutions to TF32, with 10 bits of mantissa; bf16 has 7.
 */
const boundOf = (machine: Machine, precision: Precision) =>
  ({ "32": isCuda(machine) ? 5e-3 : 1e-3, "16": 2e-2, bf16: 1e-1 })[precision];

const ROWS = 2;

export async function* forward(machine: Machine): AsyncGenerator<Result> {
  for (const { name: backbone } of native().backbones()) {
    const reference = await withModel(machine, { backbone, where: "reference" }, run);
    for (const precision of precisionsFor(machine, backbone)) {
      const what = `${backbone}, ${precision}`;
      const missing = missingPrecision(machine, precision);
      if (missing !== null) yield notRun(what, missing);
      else yield await compared(machine, { backbone, precision, what, reference });
    }
  }
}

/** The quick run has the lower precisions of one backbone only: a CPU without AMX emulates them. */
const precisionsFor = ({ isFull }: Machine, backbone: string): Precision[] =>
  isFull || backbone === "efficientnet-b0" ? ["32", "bf16", "16"] : ["32"];

const run = (model: Parameters<Parameters<typeof withModel>[2]>[0]) =>
  native().forward(model, pictures(ROWS, SIDE), [ROWS, 1, SIDE, SIDE], Float32Array.of(0, 1), true);

async function compared(
  machine: Machine,
  of: { backbone: string; precision: Precision; what: string; reference: NativeOutputs },
): Promise<Result> {
  const { backbone, precision, what, reference } = of;
  const outputs = await withModel(machine, { backbone, where: "tested", precision }, run);
  const features = relativeDifference(outputs.features!.values, reference.features!.values);
  const bound = boundOf(machine, precision);
  const found = `features ${features.toExponential(1)}, at most ${bound}`;
  return judged(what, features <= bound, found);
}
