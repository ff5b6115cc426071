import { BUNDLED_MASK_MODEL } from "./bundled.js";
import type { HandMaskModel } from "./handMaskModel.js";
import { loadHandMaskModel } from "./loadHandMaskModel.js";

/** By device and threads. */
const loaded = new Map<string, Promise<HandMaskModel>>();

/**
 * Returns the bundled hand-mask model. It is small, and calls for single pictures need it again and again, so it is loaded once for
 * each device and number of threads, and stays loaded until the process ends: nobody disposes of it.
 */
export function bundledMaskModel(where: { device: string; threads: number }): Promise<HandMaskModel> {
  const key = `${where.device} ${where.threads}`;
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const loading = loadHandMaskModel(BUNDLED_MASK_MODEL, where);
  loaded.set(key, loading);
  // A load that failed is tried again by the next call.
  loading.catch(() => loaded.delete(key));
  return loading;
}
