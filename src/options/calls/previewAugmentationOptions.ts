// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { PathArgument } from "../library.js";

/** The options of `previewAugmentation`. */
export interface PreviewAugmentationOptions {
  /** A list of pictures, folders or glob patterns, instead of annotationCsv. */
  files?: readonly string[] | undefined;
  /** Rows to show: image_ID, dir, patient_ID, sex, bone_age. */
  annotationCsv?: string | undefined;
  /** Root of the pictures of annotationCsv. */
  imgDir?: string | undefined;
  /** Roots of the masks, laid out as the pictures; the first that has a mask counts. "": no masks. Default: `[]`. */
  maskDirs?: readonly string[] | undefined;
  /** Scheme to use; empty: all rows. Default: `""`. */
  splitColumn?: string | undefined;
  /** Rows of that split. Default: `"test"`. */
  splitName?: string | undefined;
  /** Splits; needed with splitColumn. */
  splitCsv?: string | undefined;
  /** Pictures, one a row of the sheet: the first of the cohort. Default: `8`. */
  n?: number | undefined;
  /** Epochs of each picture, beside the picture without augmentation. Default: `7`. */
  columns?: number | undefined;
  /** Seed of the run. Default: `42`. */
  seed?: number | undefined;
  /** The first epoch shown, from 0. Default: `0`. */
  epoch?: number | undefined;
  /** File for the sheet, a PNG; without it nothing is written. */
  out?: PathArgument | undefined;
  /** Settings of training below data: input_size, mask_crop_size, augmentation, rotation_range, translate_perc, flip_p, zoom_in, zoom_out, shear_angle, contrast_gamma, sharpen_p, clae_p, reference_training. */
  settings?:
    | {
        /** Channels, height, width of the network's input. Default: `[1,512,512]`. */
        input_size?: readonly [1 | 3, number, number] | undefined;
        /** Side of the square that is cut around the mask, as a multiple of its longer side; 0 or less: no crop. Default: `-1`. */
        mask_crop_size?: number | undefined;
        /** Exact: the reference's separate steps; fast: all geometry in one sampling pass. Default: `"exact"`. */
        augmentation?: "exact" | "fast" | undefined;
        /** Degrees, both ways. Default: `30`. */
        rotation_range?: number | undefined;
        /** Shift: share of the side, both ways. Default: `0.2`. */
        translate_perc?: number | undefined;
        /** Probability of a mirrored picture. Default: `0.5`. */
        flip_p?: number | undefined;
        /** The scale goes down to 1 - zoom_in (a smaller hand). Default: `0.2`. */
        zoom_in?: number | undefined;
        /** The scale goes up to 1 / (1 - zoom_out) (a larger hand). Default: `0.2`. */
        zoom_out?: number | undefined;
        /** Degrees, both ways, both axes. Default: `10`. */
        shear_angle?: number | undefined;
        /** Range of gamma around 100 %, both ways. Default: `30`. */
        contrast_gamma?: number | undefined;
        /** Probability of sharpening. Default: `0.2`. */
        sharpen_p?: number | undefined;
        /** Weight of CLAHE; gamma has a weight of 0.5, and one of the two is drawn. Default: `1`. */
        clae_p?: number | undefined;
        /** Repeat two faults of the reference's training: the background is not subtracted, and a skipped contrast step still applies a gamma of 1, which lowers 24 grey values. Default: `false`. */
        reference_training?: boolean | undefined;
      }
    | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
