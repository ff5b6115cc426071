// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { DownloadProgress } from "../models.js";

/** The options of `getModel`. */
export interface GetModelOptions {
  /** Side of the cropper's input in pixels, where its modeling.py does not state it. */
  cropSize?: number | undefined;
  /** Replace the installed model of that name. Default: `false`. */
  overwrite?: boolean | undefined;
  /** Called with each DownloadProgress. */
  onProgress?: ((event: DownloadProgress) => void) | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
