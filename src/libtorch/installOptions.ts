/** Options of `libtorch install` and of `installLibtorch`. */
import { z } from "zod";
import { abortSignal, listener } from "../schema/callbacks.js";

const text = z.string().min(1);

export const installFlags = z.strictObject({
  cuda: z
    .boolean()
    .default(false)
    .meta({ description: "the build for CUDA, with the nvidia packages that it needs" }),
  version: text.optional().meta({
    description: "version of libtorch (default: the one that the addon is compiled for)",
    argument: "<version>",
  }),
  indexUrl: text.optional().meta({ description: "package index for pip", argument: "<url>" }),
  from: text.optional().meta({
    description: "a downloaded torch wheel or PyTorch's libtorch zip, instead of a download",
    reads: true,
    argument: "<file>",
  }),
});

/** How far an installation is. */
export interface InstallProgress {
  /** What is done with the current file. */
  phase: "download" | "unpack";
  /** Bytes of the current file that are done. */
  done: number;
  /** Bytes of the current file; 0: not known. */
  total: number;
}

export const installLibtorchOptions = installFlags.extend({
  cacheDirectory: text.optional().meta({
    description: "folder of the cache (default: DEEPLASIA_CACHE, or the user's cache folder)",
  }),
  onProgress: listener<InstallProgress>("InstallProgress", "called with each InstallProgress"),
  signal: abortSignal,
});
