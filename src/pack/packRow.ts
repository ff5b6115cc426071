/** One row of a cohort as it is packed. */

import { requireFolder } from "../data/masks.js";
import { isFailedSample, type Sample } from "../data/sample.js";
import { type DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { openPicture } from "../image/openPicture.js";
import { noHand } from "../inference/stages/findMask.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import { native } from "../native.js";
import type { PackManifest } from "../packFile/manifest.js";
import type { PackedError } from "../packFile/packedError.js";
import type { NewEntry } from "../packFile/packWriter.js";

export interface PackedRow {
  row: number;
  entry: NewEntry;
  bytes: Uint8Array;
  /** Why it has no picture. */
  error: PackedError | null;
}

interface HowToPack {
  manifest: Pick<PackManifest, "keep" | "plan">;
  maskModel: HandMaskModel | undefined;
  imgDir: string;
}

/** Codes of rows that fail, too, when the disk of the pictures is gone. */
const WITHOUT_FILES: readonly string[] = ["ERR_DEEPLASIA_IMAGE_MISSING", "ERR_DEEPLASIA_IMAGE_UNREADABLE"];

/** Rejects only if the folder of the pictures is gone. */
export async function packRow(sample: Sample, how: HowToPack): Promise<PackedRow> {
  const failed = async (error: DeeplasiaError, dropped: boolean) => {
    if (WITHOUT_FILES.includes(error.code)) await requireFolder(how.imgDir, "imgDir");
    return withoutPicture(sample, error, dropped);
  };
  if (isFailedSample(sample)) return failed(sample.error, sample.dropped);
  try {
    const open = await openPicture({ image: sample.imagePath, mask: sample.maskPath });
    try {
      if (open.mask === null && how.maskModel !== undefined) {
        const hand = await how.maskModel.find(open.picture);
        if (hand === null) throw noHand();
        open.useMask(hand.mask);
      }
      const { keep, plan } = how.manifest;
      const { picture, mask } = open;
      const made = await native().preparePicture(picture, mask, plan, keep === "input");
      const { width, height, depth, data } = made;
      const entry = { width, height, depth, sourceDepth: picture.depth };
      return { row: sample.row, entry, bytes: data, error: null };
    } finally {
      open.close();
    }
  } catch (error) {
    return failed(toDeeplasiaError(error).at({ file: sample.imagePath }), false);
  }
}

function withoutPicture(sample: Sample, error: DeeplasiaError, dropped: boolean): PackedRow {
  const { code, message, remedy } = error;
  const file = error.file ?? ("imagePath" in sample ? sample.imagePath : sample.imageId);
  const stored: PackedError = {
    code,
    message,
    ...(remedy && { remedy }),
    file,
    dropped,
    whenRead: !isFailedSample(sample),
  };
  const entry: NewEntry = { width: 0, height: 0, depth: 0, sourceDepth: 0 };
  return { row: sample.row, entry, bytes: Buffer.from(JSON.stringify(stored)), error: stored };
}
