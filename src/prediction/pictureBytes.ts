/** Converts pictures that a caller gives to what the decoder takes. */
import { DeeplasiaError } from "../errors.js";

/**
 * Returns a path unchanged, and bytes of any kind as bytes that nobody else can change: those of a SharedArrayBuffer are
 * copied. `role` is the name of the argument.
 */
export async function pictureSource(
  role: string,
  picture: string | Uint8Array | ArrayBuffer | Blob,
): Promise<string | Uint8Array> {
  if (picture instanceof Blob) return bytesOf(role, picture);
  if (picture instanceof ArrayBuffer) return new Uint8Array(picture);
  if (picture instanceof Uint8Array && !(picture.buffer instanceof ArrayBuffer)) return picture.slice();
  return picture;
}

async function bytesOf(role: string, blob: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    const what = `${role}: the Blob cannot be read: ${(cause as Error).message}`;
    throw new DeeplasiaError("ERR_DEEPLASIA_IMAGE_UNREADABLE", what, {
      remedy: "Give the bytes of the file, or its path.",
      cause,
    });
  }
}
