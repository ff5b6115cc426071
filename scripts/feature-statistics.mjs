/**
 * `node scripts/feature-statistics.mjs [MODEL]`: writes the statistics of its features into the contract of the bundled bone-age
 * model, which was trained before `train` did so. Weights and outputs stay as they are. The pictures are some of those that it
 * was trained on, and validated with, last.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeArchiveManifest } from "../dist/checkpoint/saveNetwork.js";
import { mergeManifests } from "../dist/contract/merge.js";
import { archiveSources } from "../dist/contract/sources.js";
import { openGivenCohort } from "../dist/data/openGivenCohort.js";
import { Group } from "../dist/distributed/group.js";
import { loadModel } from "../dist/index.js";
import { predictBlocks } from "../dist/inference/predictBlocks.js";
import { FeatureRecord } from "../dist/run/featureRecord.js";
import { root, runAsScript } from "./steps.mjs";
import { draw } from "./train-stage.mjs";

/** The cohort of the last stage (bundled-model.mjs): its first 480 pictures are for validation. */
const COHORT = { seed: "3", sizes: "300,500" };
const VALIDATION_ROWS = 480;
const PICTURES = Number(process.env.PICTURES ?? 700);

async function recorded(model, folder) {
  const record = new FeatureRecord();
  const given = { annotationCsv: join(folder, "annotations.csv"), imgDir: join(folder, "images") };
  const masks = { maskDirs: [join(folder, "masks")], sexNeed: "needed" };
  const cohort = await openGivenCohort({ splitCsv: "", splitColumn: "", splitName: "", ...given }, masks);
  const options = {
    ...{ views: [{ flip: false, rotationAngle: 0 }], batchSize: 16, numWorkers: 2, features: true },
    subjectOf: ({ imagePath, maskPath, sex }) => ({ source: { image: imagePath, mask: maskPath }, sex }),
  };
  for await (const { items, outcomes } of predictBlocks([model], cohort.samples(), options))
    for (const [i, { index }] of items.entries())
      record.add(index < VALIDATION_ROWS ? "val" : "train", outcomes[i].features);
  return record.manifest(Group.alone);
}

/** Adds the statistics to the contract inside a model's file. */
export async function addStatistics(file) {
  const folder = await mkdtemp(join(tmpdir(), "deeplasia-features-"));
  try {
    draw(folder, { n: String(PICTURES), ...COHORT });
    const {
      featureStatistics: _,
      featureDistanceLimit: __,
      ...manifest
    } = mergeManifests(await archiveSources(file)).manifest;
    // What is there may be of an earlier kind, with which the model could not be loaded.
    await writeArchiveManifest(file, file, manifest, { trust: false });
    const model = await loadModel(file);
    const found = await recorded(model, folder);
    await model.dispose();
    await writeArchiveManifest(file, file, { ...manifest, ...found }, { trust: false });
    console.log(
      `${file}: distance of 1 % of the validation pictures: ${found.featureDistanceLimit.toFixed(3)}`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

await runAsScript(import.meta.url, () =>
  addStatistics(resolve(process.argv[2] ?? join(root, "models", "phantom-b0.pt"))),
);
