// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { Logger } from "../console/logger.js";
import type { ProgressEvent } from "../console/progress.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import type { PathArgument } from "../options/library.js";

/** The options of `writeMasks`. */
export interface WriteMasksOptions {
  /** Rows whose pictures get masks: image_ID, dir, patient_ID, sex, bone_age. */
  annotationCsv?: string | undefined;
  /** Root of the pictures of annotationCsv. */
  imgDir?: string | undefined;
  /** Splits; needed with splitColumn. */
  splitCsv?: string | undefined;
  /** Scheme to use; empty: all rows. Default: `""`. */
  splitColumn?: string | undefined;
  /** Rows of that split. Default: `"test"`. */
  splitName?: string | undefined;
  /** A hand-mask model as `await loadHandMaskModel(file)` gives it, its file, "auto" (the bundled one where masks are needed and none are given) or "none". Default: `"auto"`. */
  maskModel?: HandMaskModel | PathArgument | undefined;
  /** File for a contact sheet, a PNG: the first 200 pictures with the outlines of their masks. */
  sheet?: string | undefined;
  /** Make masks anew that are there already. Default: `false`. */
  overwrite?: boolean | undefined;
  /** Pictures decoded and preprocessed at once; bounds the memory. Default: `8`. */
  numWorkers?: number | undefined;
  /** Auto, cpu, cuda or cuda:n; a device requested by name is used or refused. Default: `"auto"`. */
  device?: string | undefined;
  /** Number of GPUs: 0 or 1, or a list such as 1,. */
  gpus?: string | undefined;
  /** Cpu, gpu or auto. */
  accelerator?: string | undefined;
  /** 1, or the number of the device as a list. */
  devices?: string | undefined;
  /** Arithmetic of the network: 32 bit, or automatic mixed precision (16 needs CUDA; bf16 on the CPU is slow without AVX-512 BF16). Default: `"32"`. */
  precision?: "16" | "32" | "bf16" | undefined;
  /** Threads of one forward; 0: as libtorch chooses. Default: `0`. */
  threads?: number | undefined;
  /** Run a TorchScript model even if its code reaches files, processes or unknown functions; a model is a program, so trust only files from people you trust. Default: `false`. */
  trust?: boolean | undefined;
  /** A list of pictures, folders or glob patterns, instead of annotationCsv. */
  files?: readonly string[] | undefined;
  /** Folder of the masks: PNGs, laid out as the pictures. */
  out: PathArgument;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called with each ProgressEvent. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** An object with the functions info, warn and error. */
  logger?: Logger | undefined;
}
