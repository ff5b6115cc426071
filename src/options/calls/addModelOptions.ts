// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { PathArgument } from "../library.js";

/** The options of `addModel`. */
export interface AddModelOptions {
  /** Name for the model (default: that of the known model that the folder holds). */
  name?: string | undefined;
  /** Folder of its cropper (default: crop or bone-age-crop in the folder). */
  cropper?: PathArgument | undefined;
  /** Side of the cropper's input in pixels, where its modeling.py does not state it. */
  cropSize?: number | undefined;
  /** Replace the installed model of that name. Default: `false`. */
  overwrite?: boolean | undefined;
}
