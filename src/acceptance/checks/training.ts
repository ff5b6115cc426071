/** 20 steps of training on the device against the same on the CPU in float32, saving and resuming, and equal bytes. */
import { native } from "../../native.js";
import { relativeDifference, sameBytes } from "../differences.js";
import { judged, measured, notRun, type Result, within } from "../finding.js";
import { isCuda, type Machine } from "../machine.js";
import { missingPrecision, type Precision } from "../networks.js";
import { lossesOf, stateFile, steps, withTrainer } from "../training.js";

/** Bounds on the difference of a loss, as a share of the largest loss; see `forward.ts` for TF32. */
const boundOf = (machine: Machine, precision: Precision) =>
  ({ "32": isCuda(machine) ? 2e-2 : 1e-3, "16": 5e-2, bf16: 1e-1 })[precision];

/** The loss scale of a new trainer may be too large for so many steps. */
const MOST_OVERFLOWS = 8;

export async function* training(machine: Machine): AsyncGenerator<Result> {
  const count = machine.steps;
  const reference = await withTrainer(machine, { where: "reference" }, (trainer) => steps(trainer, 0, count));
  for (const precision of ["32", "bf16", "16"] as const) {
    const what = `${count} steps, ${precision}`;
    const missing = missingPrecision(machine, precision);
    if (missing !== null) {
      yield notRun(what, missing);
      continue;
    }
    const outputs = await withTrainer(machine, { where: "tested", precision }, (t) => steps(t, 0, count));
    const overflows = outputs.filter(({ nonFinite }) => nonFinite === "overflow").length;
    const broken = outputs.filter(({ nonFinite }) => nonFinite !== null && nonFinite !== "overflow").length;
    const bound = boundOf(machine, precision);
    // A step that overflowed changed nothing, so the losses of later steps are of other weights.
    const difference = relativeDifference(lossesOf(outputs), lossesOf(reference));
    if (overflows === 0) yield within(what, difference, bound, "of the largest loss");
    else yield judged(what, broken === 0 && overflows <= MOST_OVERFLOWS, `${overflows} steps overflowed`);
  }
}

/** A state that is saved after half of the steps gives the other half in a new trainer. */
export async function* resume(machine: Machine): AsyncGenerator<Result> {
  const half = machine.steps / 2;
  const file = stateFile(machine);
  const through = await withTrainer(machine, { where: "tested" }, async (trainer) => {
    await steps(trainer, 0, half);
    await native().saveTraining(trainer, file, "half");
    return lossesOf(await steps(trainer, half, machine.steps));
  });
  const resumed = await withTrainer(machine, { where: "tested" }, async (trainer) => {
    await native().restoreTraining(trainer, file);
    return lossesOf(await steps(trainer, half, machine.steps));
  });
  const what = `save, restore, ${half} steps`;
  if (isCuda(machine)) yield within(what, relativeDifference(resumed, through), 1e-3, "of the largest loss");
  else yield judged(what, sameBytes(resumed, through), "losses compared bit for bit");
}

/** Whether two runs have the same bytes: promised on a CPU with the same number of threads, on a GPU only measured. */
export async function* determinism(machine: Machine): AsyncGenerator<Result> {
  const run = () =>
    withTrainer(machine, { where: "tested" }, async (trainer) => lossesOf(await steps(trainer, 0, 5)));
  const same = sameBytes(await run(), await run());
  const what = "5 steps, twice";
  const found = same ? "the same bytes" : "other bytes";
  if (isCuda(machine)) yield measured(what, `${found} (nothing is set that demands the same)`);
  else yield judged(what, same, `${found}, with the same number of threads`);
}
