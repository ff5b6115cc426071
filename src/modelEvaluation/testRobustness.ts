/** Predicts each picture of a part as it is and changed, from one decoding, and measures how far its age moves. */
import { ProgressMeter } from "../console/progress.js";
import { isFailedSample, type Sample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import { type Robustness, robustnessOf, type StressedRow } from "../evaluation/robustness.js";
import type { Outcome } from "../inference/block.js";
import { predictBlocks } from "../inference/predictBlocks.js";
import { predictCohortOptions } from "../prediction/arguments.js";
import { qualityOf } from "../prediction/cohortBlocks.js";
import { openCohortOf, openMaskModel } from "../prediction/cohortRun.js";
import type { Members } from "../prediction/members.js";
import { requireOptions } from "../schema/checkValue.js";
import { mean } from "../statistics/mean.js";
import type { ModelEvaluationRun } from "./arguments.js";
import type { EvaluatedPart } from "./evaluatedParts.js";
import { PICTURE_CHANGES } from "./pictureChanges.js";
import { rowsOfPart } from "./predictPart.js";

/** Null where no picture has a truth and an age. Throws what `predictCohort` throws. */
export async function testRobustness(
  { list }: Members,
  part: EvaluatedPart,
  run: ModelEvaluationRun,
): Promise<Robustness | null> {
  const { onProgress, signal, flip, rotationAngle } = run;
  const options = requireOptions(predictCohortOptions, rowsOfPart(part, run));
  await using maskModel = await openMaskModel(list, options);
  const cohort = await openCohortOf(list, options);
  const plain = { flip, rotationAngle };
  const changed = PICTURE_CHANGES.map(({ view }) => ({
    ...view,
    flip: view.flip !== flip,
    rotationAngle: view.rotationAngle + rotationAngle,
  }));
  const views = [plain, ...changed];
  const meter = new ProgressMeter(cohort.total);
  const rows: StressedRow[] = [];
  const blocks = predictBlocks(list, cohort.samples(0), {
    ...options,
    ...{ views, plain: 0, headerSex: cohort.hasHeaders },
    maskModel: maskModel?.get,
    // A check that fails pictures decides which are evaluated; a report of doubts has no part in this.
    onQuality: qualityOf({ ...options, maskModel }) === "fail" ? "fail" : undefined,
    subjectOf,
  });
  let [done, failed] = [0, 0];
  for await (const { items, outcomes } of blocks) {
    const found = items.map((sample, i) => stressedRow(sample, outcomes[i]!, views.length));
    rows.push(...found.filter((row) => row !== null));
    done += items.length;
    failed += found.filter((row) => row === null).length;
    onProgress?.({ ...meter.event(done, failed), label: "testing robustness" });
  }
  signal?.throwIfAborted();
  const names = PICTURE_CHANGES.map(({ name }) => name);
  return rows.length === 0 ? null : robustnessOf(names, rows, run);
}

const subjectOf = (sample: Sample) =>
  isFailedSample(sample)
    ? null
    : { source: { image: sample.imagePath, mask: sample.maskPath }, sex: sample.sex };

function stressedRow(sample: Sample, outcome: Outcome | null, views: number): StressedRow | null {
  if (isFailedSample(sample) || outcome === null) return null;
  const [ageMonths = null, ...changedMonths] = Array.from({ length: views }, (_, view) =>
    ageOf(outcome, view, views),
  );
  const truthMonths = sample.boneAgeMonths;
  if (ageMonths === null || truthMonths === null || !Number.isFinite(truthMonths)) return null;
  return { patientId: sample.patientId, truthMonths, ageMonths, changedMonths };
}

/** The mean of the members' ages of a view; null where one has none. */
function ageOf({ readings }: Outcome, view: number, views: number): number | null {
  const ofView = readings.filter((_, i) => i % views === view);
  const ages = ofView.flatMap((reading) => (reading instanceof DeeplasiaError ? [] : [reading.ageMonths]));
  return ages.length < ofView.length || ages.length === 0 ? null : mean(ages);
}
