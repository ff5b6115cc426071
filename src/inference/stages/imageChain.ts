/** The image chain: a decoded picture into its slot of each batch. */
import { toDeeplasiaError } from "../../errors.js";
import type { OpenPicture } from "../../image/openPicture.js";
import type { CropBox, CropperModel } from "../../model/cropperModel.js";
import type { BlockRow, PictureStage } from "../block.js";
import type { InputKind } from "../inputPlans.js";

/** `kindsOf`: the kinds of input that a row is needed in, the first ones of all. */
export function imageChain(kindsOf: (row: BlockRow) => readonly InputKind[]): PictureStage {
  return async (row, open, { batches }) => {
    const boxOf = oneBoxEach(open);
    row.filled = await Promise.all(
      kindsOf(row).map(async ({ plan, cropper, change }, kind) => {
        try {
          const cut = cropper === null ? null : await boxOf(cropper);
          row.box ??= cut;
          return await open.fill({ batch: batches[kind]!, plan: { ...plan, cut }, change }, row.slot);
        } catch (error) {
          return toDeeplasiaError(error);
        }
      }),
    );
    const [first] = row.filled;
    if (first !== undefined && "notes" in first) row.notes = [...row.notes, ...first.notes];
  };
}

/** Each cropper looks at a picture once, however many networks it cuts for. */
function oneBoxEach(open: OpenPicture): (cropper: CropperModel) => Promise<CropBox> {
  const found = new Map<string, Promise<CropBox>>();
  return (cropper) => {
    const box = found.get(cropper.file) ?? cropper.find(open.picture);
    found.set(cropper.file, box);
    return box;
  };
}
