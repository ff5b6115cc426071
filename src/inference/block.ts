/** A block of pictures in work: its rows, and the batches whose slots hold their pictures. */
import type { Reading } from "../boneAge/reading.js";
import type { PatientFacts } from "../dicom/patient.js";
import type { DeeplasiaError } from "../errors.js";
import type { Filled } from "../image/fillSlots.js";
import type { OpenPicture, PictureInfo, PictureSource } from "../image/openPicture.js";
import type { PictureNote } from "../image/pictureNote.js";
import type { Orientation } from "../image/reoriented.js";
import type { CropBox } from "../model/cropperModel.js";
import type { SeenPicture } from "../model/saliencyModel.js";
import type { BatchHandle } from "../native.js";
import type { MaskFacts, QualityFlag } from "../quality/thresholds.js";
import type { Sex } from "../words.js";
import type { MadeMask } from "./madeMask.js";

/** A picture that is to be looked at. */
export interface Subject {
  source: PictureSource;
  /** Null where it is not known. */
  sex: Sex | null;
  /** Is given the mask that a model made, one byte a pixel, 255 on the hand. */
  keepMask?: ((mask: Uint8Array, size: Pick<PictureInfo, "width" | "height">) => Promise<void>) | undefined;
  /** Is given where the age of each network comes from, in the plain view; the number of the network. */
  keepSaliency?: ((seen: SeenPicture, member: number) => Promise<void>) | undefined;
  /** Is given the picture and its mask as they are predicted. */
  keepPicture?: ((open: OpenPicture) => Promise<void>) | undefined;
}

/** What was found out about one subject. */
export interface Outcome {
  /** The sex that the networks were given. */
  sex: Sex | null;
  sexPredicted: boolean;
  sexFromHeader: boolean;
  /** What the picture's DICOM header states; null for other formats. */
  header: PatientFacts | null;
  /** What each network's output means, or why there is none; in the order of the networks, and of the views of each. */
  readings: (Reading | DeeplasiaError)[];
  /** What decoding shows of the picture; null where it cannot be read. */
  picture: PictureInfo | null;
  /** The box that a cropper found, pixels of the upright picture; null where none was asked. */
  box: CropBox | null;
  /** The mask, where a model made it. */
  mask: MadeMask | null;
  /** How it was turned and inverted before all that follows; null where that was not asked for. */
  oriented: readonly Orientation[] | null;
  /** The features that the first network's heads read of the plain view, where they were asked for. */
  features?: Float32Array | undefined;
  /**
   * Distance of the features from those of the training pictures, as a multiple of the distance that 1 % of the validation
   * pictures exceed, of the network for which it is largest; float32. Null where no network has the statistics, or nothing
   * is checked.
   */
  distance: number | null;
  /** What the quality checks found; null where they were not made. */
  quality: readonly QualityFlag[] | null;
  /** What is worth knowing of the picture. */
  notes: readonly PictureNote[];
}

/** A subject on its way through the stages. */
export interface BlockRow extends Outcome {
  readonly subject: Subject;
  /** Its place in every batch of the block. */
  readonly slot: number;
  /** The picture in each kind of input (`InputPlans`); an error where it is not in that batch. */
  filled: Filled[];
  /** What the model that made the mask found. */
  found: MaskFacts | null;
  /** Why no network can be given the row at all. */
  error: DeeplasiaError | null;
}

export interface Block {
  /** One for each kind of input. */
  readonly batches: readonly BatchHandle[];
  readonly rows: readonly BlockRow[];
}

/** A step on one picture while its decoded pixels are in hand. What it throws is the row's error. */
export type PictureStage = (row: BlockRow, open: OpenPicture, block: Block) => Promise<void>;

/** A step on all rows of a block, whose pictures are in the batches. */
export type BlockStage = (block: Block) => Promise<void>;

export function blockOf(batches: readonly BatchHandle[], subjects: readonly Subject[]): Block {
  const rows = subjects.map((subject, slot) => ({
    ...{ subject, slot, filled: [], found: null, error: null },
    ...{ sex: subject.sex, sexPredicted: false, sexFromHeader: false, header: null },
    ...{ readings: [], picture: null, box: null, mask: null, notes: [] },
    ...{ oriented: null, distance: null, quality: null },
  }));
  return { batches, rows };
}
