/** The quality checks of a picture. */
import { DeeplasiaError } from "../../errors.js";
import { flagsOf } from "../../quality/flags.js";
import { qualityFacts } from "../../quality/qualityFacts.js";
import { smallView } from "../../quality/smallView.js";
import type { QualityFlag } from "../../quality/thresholds.js";
import type { PictureStage } from "../block.js";

/** What is done about a picture with flags. */
export type OnQuality = "report" | "fail";

export function checkQuality(onQuality: OnQuality): PictureStage {
  return async (row, { picture, mask }) => {
    // A mask of another size is the image chain's to refuse.
    if (mask !== null && (mask.width !== picture.width || mask.height !== picture.height)) return;
    row.quality = flagsOf({ ...qualityFacts(await smallView(picture, mask)), ...row.found });
    if (onQuality === "fail" && row.quality.length > 0) throw qualityError(row.quality);
  };
}

export function qualityError(flags: readonly QualityFlag[]): DeeplasiaError {
  return new DeeplasiaError(
    "ERR_DEEPLASIA_QUALITY",
    `the picture did not pass the quality checks: ${flags.join(", ")}`,
  );
}
