/** The compressed pixels that a library decodes: JPEG, JPEG-LS, JPEG 2000 and HTJ2K through dcmjs-codecs (WebAssembly). */
import codecs from "dcmjs-codecs";
import { unreadable } from "../image/refusal.js";
import type { PixelDescription } from "./pixelDescription.js";
import type { Codec } from "./transferSyntax.js";

const { Context, NativeCodecs } = codecs;

const DECODERS = {
  jpeg: (context: codecs.Context) =>
    NativeCodecs.decodeJpeg(context, {
      convertColorspaceToRgb: context.getPhotometricInterpretation() !== "RGB",
    }),
  "jpeg-ls": (context: codecs.Context) => NativeCodecs.decodeJpegLs(context),
  "jpeg-2000": (context: codecs.Context) => NativeCodecs.decodeJpeg2000(context),
  htj2k: (context: codecs.Context) => NativeCodecs.decodeHtJpeg2000(context),
} as const;

/** Returns samples in little endian, in `bitsAllocated` bits. */
export async function decodeStream(
  codec: Exclude<Codec, "raw" | "rle">,
  bytes: Uint8Array,
  { width, height, samples, bitsAllocated, bitsStored, isSigned, isPlanar, photometric }: PixelDescription,
): Promise<{ bytes: Uint8Array; isPlanar: boolean }> {
  if (!NativeCodecs.isInitialized()) await NativeCodecs.initializeAsync();
  const context = new Context({
    ...{ width, height, bitsAllocated, bitsStored, samplesPerPixel: samples },
    pixelRepresentation: isSigned ? 1 : 0,
    planarConfiguration: isPlanar ? 1 : 0,
    photometricInterpretation: photometric,
    encodedBuffer: bytes,
  });
  try {
    const decoded = DECODERS[codec](context);
    return { bytes: decoded.getDecodedBuffer()!, isPlanar: decoded.getPlanarConfiguration() === 1 };
  } catch {
    // After an error the instance gives wrong results. Its message is left out: it may quote the file.
    NativeCodecs.release();
    throw unreadable("its compressed pixels are damaged");
  }
}
