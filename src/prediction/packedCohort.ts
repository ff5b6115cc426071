/** What a run may ask of a cohort whose pictures are in a pack. */
import type { z } from "zod";
import { imagePlan } from "../image/imagePlan.js";
import { isWhole, notServed, requireServed } from "../image/packedPicture.js";
import { testTimeViews } from "../inference/testTimeViews.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { knownPack } from "../packFile/openPacks.js";
import type { Pack } from "../packFile/pack.js";
import type { predictCohortOptions } from "./arguments.js";
import { isExplicit } from "./maskModel.js";

type CohortRun = z.output<typeof predictCohortOptions>;

/** Whether the pictures of a run come from an open pack with their masks applied. */
export function isMaskedPack({ annotationCsv }: Pick<CohortRun, "annotationCsv">): boolean {
  return knownPack(annotationCsv)?.manifest.isMasked === true;
}

/** Throws ERR_DEEPLASIA_PACK, which names what the pack cannot give, before a row is predicted. */
export function requirePackServes(pack: Pack, models: readonly BoneAgeModel[], run: CohortRun): void {
  const { manifest, path: file } = pack;
  if (isWhole(manifest)) return;
  const wanted: [boolean, string][] = [
    [isExplicit(run.maskModel), "`maskModel`"],
    [run.autoOrient, "`autoOrient`"],
    [run.onQuality !== undefined && run.onQuality !== "none", "`onQuality`"],
    [run.dicomOut !== undefined, "`dicomOut`"],
    [!manifest.isMasked && models.some(({ contract }) => contract.maskNeeded), "a model that needs masks"],
    [models.some(({ cropper }) => cropper !== null), "a model with a cropper"],
  ];
  for (const [isWanted, what] of wanted) if (isWanted) throw notServed({ file, manifest }, what);
  for (const { contract, histogram } of models)
    for (const view of testTimeViews({ rotate: run.ttaRot, flip: run.ttaFlip }, run))
      requireServed(pack, imagePlan(contract, view, histogram));
}
