import { toDeeplasiaError } from "../errors.js";

/** Calls native code. An error gets the file that it is about, unless another process caused it. */
export async function withFile<T>(file: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const error = toDeeplasiaError(cause);
    throw error.code === "ERR_DEEPLASIA_PEER" ? error : error.at({ file });
  }
}
