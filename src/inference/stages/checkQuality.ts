/** The quality checks of a picture that has a mask. */
import { DeeplasiaError } from "../../errors.js";
import { flagsOf } from "../../quality/flags.js";
import { qualityFacts } from "../../quality/qualityFacts.js";
import { smallView } from "../../quality/smallView.js";
import type { PictureStage } from "../block.js";

/** What is done about a picture with flags. */
export type OnQuality = "report" | "fail";

export function checkQuality(onQuality: OnQuality): PictureStage {
  return async (row, { picture, mask }) => {
    // A mask of another size is the image chain's to refuse.
    if (mask === null || mask.width !== picture.width || mask.height !== picture.height) return;
    const facts = qualityFacts(await smallView(picture, mask));
    row.quality = flagsOf({ ...facts, ...row.found });
    if (onQuality === "report" || row.quality.length === 0) return;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_QUALITY",
      `the picture did not pass the quality checks: ${row.quality.join(", ")}`,
    );
  };
}
