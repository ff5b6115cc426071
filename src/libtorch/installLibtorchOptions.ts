// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { InstallProgress } from "./installOptions.js";

/** The options of `installLibtorch`. */
export interface InstallLibtorchOptions {
  /** The build for CUDA, with the nvidia packages that it needs. Default: `false`. */
  cuda?: boolean | undefined;
  /** Version of libtorch (default: the one that the addon is compiled for). */
  version?: string | undefined;
  /** Package index for pip. */
  indexUrl?: string | undefined;
  /** A downloaded torch wheel or PyTorch's libtorch zip, instead of a download. */
  from?: string | undefined;
  /** Folder of the cache (default: DEEPLASIA_CACHE, or the user's cache folder). */
  cacheDirectory?: string | undefined;
  /** Called with each InstallProgress. */
  onProgress?: ((event: InstallProgress) => void) | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
