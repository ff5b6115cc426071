/**
 * Files to raw samples. Decoding is sharp's; grey from colour and 8 bit from 16 are the image chain's, because sharp's
 * own arithmetic is not the one that the published models were trained with.
 */
import { readFile as readFileCallback } from "node:fs";
import { promisify } from "node:util";
import sharp, { type Metadata, type SharpOptions } from "sharp";
import { DeeplasiaError, isSystemError } from "../errors.js";
import type { RawPicture } from "../native.js";

/** Takes half of the event loop's time that the one of node:fs/promises takes. */
const readFile = promisify(readFileCallback);

/** Pixels of the largest picture that is decoded: 16383 x 16383. */
export const MAX_PIXELS = 0x3fff ** 2;

const OPTIONS: SharpOptions = {
  // Most decoders go on after damage and fill in grey; a radiograph with a part made up must not be rated.
  failOn: "warning",
  limitInputPixels: MAX_PIXELS,
  // A colour profile would change the values; OpenCV, which the published models' pictures came through, ignores it.
  ignoreIcc: true,
};

export interface DecodeOptions {
  /** What the file is to the caller: decides about codes and words of errors. */
  role: "image" | "mask";
  signal?: AbortSignal | undefined;
  /** What to call a source that is bytes, in messages. */
  name?: string | undefined;
}

/**
 * Decode a PNG, JPEG, TIFF (its first page) or WebP file, or the bytes of one. The format is told by the content,
 * whatever the name says. EXIF orientation is applied, alpha is dropped. Grey pictures have 1 channel, others 3.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_MISSING or _MASK_MISSING, _IMAGE_UNREADABLE (no picture, damaged,
 *   truncated, no permission), _IMAGE_TOO_LARGE (more than MAX_PIXELS), _ABORTED.
 */
export async function decodePicture(
  source: string | Uint8Array,
  options: DecodeOptions,
): Promise<RawPicture> {
  const { role, signal, name } = options;
  try {
    stopIfAborted(signal);
    const bytes = typeof source === "string" ? await readFile(source) : asBuffer(source);
    stopIfAborted(signal);
    return await decode(bytes);
  } catch (error) {
    throw explained(error, role, typeof source === "string" ? source : name);
  }
}

async function decode(bytes: Buffer): Promise<RawPicture> {
  const format = formatOf(bytes);
  try {
    const picture = sharp(bytes, OPTIONS);
    const { grey, depth } = format === "png" ? pngSamples(bytes) : samples(await picture.metadata());
    const { data, info } = await picture
      .autoOrient()
      .removeAlpha()
      .toColourspace(grey ? (depth === 8 ? "b-w" : "grey16") : depth === 8 ? "srgb" : "rgb16")
      .raw({ depth: depth === 8 ? "uchar" : "ushort" })
      .toBuffer({ resolveWithObject: true });
    const luma = format === "png" ? "png" : "cvt";
    return { data, width: info.width, height: info.height, channels: grey ? 1 : 3, depth, luma };
  } catch (error) {
    throw /pixel limit/.test(String(error)) ? await tooLarge(bytes) : error;
  }
}

/** What one pixel of a file holds. */
interface Samples {
  grey: boolean;
  depth: 8 | 16;
}

/** From the header: asking sharp would take half as much of the event loop's time again, and radiographs are PNG. */
function pngSamples(bytes: Buffer): Samples {
  const [bitDepth, colourType] = [bytes[24], bytes[25]];
  return { grey: colourType === 0 || colourType === 4, depth: bitDepth === 16 ? 16 : 8 };
}

function samples({ channels, depth, hasAlpha }: Metadata): Samples {
  if (depth !== "uchar" && depth !== "ushort") {
    throw unreadable(`it holds samples of type ${depth}; only 8- and 16-bit pictures can be read`);
  }
  return { grey: channels - (hasAlpha ? 1 : 0) === 1, depth: depth === "uchar" ? 8 : 16 };
}

type Format = "png" | "jpeg" | "tiff" | "webp";

/** The format by its first bytes. */
function formatOf(bytes: Buffer): Format {
  if (bytes.length === 0) throw unreadable("it is empty");
  const head = bytes.toString("latin1", 0, 12);
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (head.startsWith("\xff\xd8\xff")) return "jpeg";
  if (["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(head.slice(0, 4))) return "tiff";
  if (head.startsWith("RIFF") && head.endsWith("WEBP")) return "webp";
  throw unreadable("its content is not a PNG, JPEG, TIFF or WebP picture");
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new DeeplasiaError("ERR_DEEPLASIA_ABORTED", "stopped", { cause: signal.reason });
}

/** A problem with the content; `explained` says whose. */
function unreadable(problem: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_UNREADABLE", problem, { remedy: "Export or copy it anew." });
}

async function tooLarge(bytes: Buffer): Promise<DeeplasiaError> {
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
  const problem = `it has ${width} x ${height} pixels; at most ${MAX_PIXELS} are read`;
  const remedy = "Scale it down first: networks see far fewer pixels.";
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_TOO_LARGE", problem, { remedy });
}

/** Any failure as a message about this file, with what to do. */
function explained(error: unknown, role: DecodeOptions["role"], file: string | undefined): DeeplasiaError {
  const known = error instanceof DeeplasiaError ? error : diagnosed(error as Error, role);
  if (known.code === "ERR_DEEPLASIA_ABORTED") return known;
  const subject = `the ${role === "image" ? "picture" : "mask"}${file === undefined ? "" : ` ${file}`}`;
  const message = `${subject} cannot be read: ${known.message}`;
  return new DeeplasiaError(known.code, message, { file, remedy: known.remedy, cause: error });
}

/** What the operating system or libvips said, in our words. */
function diagnosed(error: Error, role: DecodeOptions["role"]): DeeplasiaError {
  if (isSystemError(error, "ENOENT", "ENOTDIR")) {
    const code = role === "image" ? "ERR_DEEPLASIA_IMAGE_MISSING" : "ERR_DEEPLASIA_MASK_MISSING";
    return new DeeplasiaError(code, "there is no such file", {
      remedy: "Check the folder and the spelling.",
    });
  }
  if (isSystemError(error, "ERR_FS_FILE_TOO_LARGE")) {
    return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_TOO_LARGE", error.message, {
      remedy: "Scale it down first.",
    });
  }
  const [problem, remedy] = isSystemError(error, "EISDIR")
    ? ["it is a folder", "Name a file."]
    : isSystemError(error, "EACCES", "EPERM")
      ? ["permission denied", "Give your user the right to read it."]
      : "errno" in error
        ? [error.message, "Check the disk or network folder that it lies on."]
        : [`it is damaged or truncated (${error.message.trim()})`, "Export or copy it anew."];
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_UNREADABLE", problem!, { remedy });
}
