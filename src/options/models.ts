/** Options of `models get` and `models add`, declared once. */
import { z } from "zod";
import { abortSignal, listener } from "../schema/callbacks.js";
import { pathArgument } from "./library.js";

const cropSize = z.int().min(32).max(4096).optional().meta({
  description: "side of the cropper's input in pixels, where its modeling.py does not state it",
  argument: "<pixels>",
});
const overwrite = z
  .boolean()
  .default(false)
  .meta({ description: "replace the installed model of that name" });

export const getModelFlags = z.strictObject({ cropSize, overwrite });

/** How far the download of one file of a model is. */
export interface DownloadProgress {
  /** Its path in the model's folder. */
  path: string;
  /** Bytes. */
  done: number;
  /** Bytes in all; null where the server does not state it. */
  total: number | null;
}

export const getModelOptions = z.strictObject({
  ...getModelFlags.shape,
  onProgress: listener<DownloadProgress>("DownloadProgress", "called with each DownloadProgress"),
  signal: abortSignal,
});

const name = z.string().optional().meta({
  description: "name for the model (default: that of the known model that the folder holds)",
  argument: "<name>",
});
const description = "folder of its cropper (default: crop or bone-age-crop in the folder)";

export const addModelFlags = z.strictObject({
  name,
  cropper: z.string().min(1).optional().meta({ description, argument: "<folder>" }),
  cropSize,
  overwrite,
});

export const addModelOptions = z.strictObject({
  ...addModelFlags.shape,
  cropper: pathArgument.optional().meta({ description }),
});
