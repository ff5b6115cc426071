/** Ages of drawn hands: the CPU's against the ages that were drawn, then the device's in each precision against the CPU's. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { BUNDLED_MODEL } from "../../model/bundled.js";
import { loadModel } from "../../model/loadModel.js";
import { writePhantoms } from "../../phantom/writePhantoms.js";
import { predictCohort } from "../../prediction/predictCohort.js";
import { isFailure } from "../../records/record.js";
import { largestDifference } from "../differences.js";
import { notRun, type Result, within } from "../finding.js";
import { isCuda, type Machine } from "../machine.js";
import { deviceOf, missingPrecision, type Precision, type Where } from "../networks.js";

const HANDS = 12;

/** Far above the error of the bundled model on drawn hands, far below that of any other network. */
const TRUTH_BOUND_MONTHS = 24;

/** For a GPU in float32: TF32 in cuDNN's convolutions, see `forward.ts`. The other two are a small part of a reader's error. */
const boundMonths = (machine: Machine, precision: Precision) =>
  ({ "32": isCuda(machine) ? 0.5 : 0.01, "16": 0.5, bf16: 2 })[precision];

export async function* hands(machine: Machine): AsyncGenerator<Result> {
  const folder = join(machine.folder, "hands");
  await writePhantoms({ out: folder, n: HANDS, seed: 4, sizes: [512], depth: "8" });
  const drawn = parse(await readFile(join(folder, "annotations.csv")), { columns: true }) as Row[];
  const reference = await agesOf(machine, folder, "reference", "32");
  const error = largestDifference(
    reference,
    drawn.map(({ bone_age }) => Number(bone_age)),
  );
  yield within(`${HANDS} hands, CPU to truth`, error, TRUTH_BOUND_MONTHS, "months");
  for (const precision of ["32", "bf16", "16"] as const) {
    const what = `${HANDS} hands, ${precision}`;
    const missing = missingPrecision(machine, precision);
    if (missing !== null) {
      yield notRun(what, missing);
      continue;
    }
    const ages = await agesOf(machine, folder, "tested", precision);
    yield within(what, largestDifference(ages, reference), boundMonths(machine, precision), "months");
  }
}

interface Row {
  bone_age: string;
}

async function agesOf(
  machine: Machine,
  folder: string,
  where: Where,
  precision: Precision,
): Promise<number[]> {
  const ages: number[] = [];
  const model = await loadModel(BUNDLED_MODEL, { device: deviceOf(machine, where), precision });
  try {
    const cohort = {
      annotationCsv: join(folder, "annotations.csv"),
      imgDir: join(folder, "images"),
      maskDirs: [join(folder, "masks")],
    };
    for await (const record of predictCohort(model, { ...cohort, onQuality: "none" }))
      ages.push(isFailure(record) ? Number.NaN : record.ageMonths);
  } finally {
    await model.dispose();
  }
  return ages;
}
