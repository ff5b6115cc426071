/** Turns and inverts a picture that has a mask, where it is sure how. */
import { orientationOf } from "../../quality/orientation.js";
import { qualityFacts } from "../../quality/qualityFacts.js";
import { smallView } from "../../quality/smallView.js";
import type { PictureStage } from "../block.js";

/** From here on the picture and its mask are as if the file had been so. */
export const orient: PictureStage = async (row, open) => {
  row.oriented = [];
  const { picture, mask } = open;
  if (mask === null || mask.width !== picture.width || mask.height !== picture.height) return;
  row.oriented = orientationOf({ ...qualityFacts(await smallView(picture, mask)), ...row.found });
  if (row.oriented.length > 0) await open.orient(row.oriented);
};
