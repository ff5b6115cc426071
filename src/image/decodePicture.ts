/**
 * Decodes files to raw samples with sharp. The image chain, not sharp, converts colour to grey and 16 bits to 8, because
 * the published models were trained with other arithmetic than sharp's.
 */
import { readFile as readFileCallback } from "node:fs";
import { promisify } from "node:util";
import sharp, { type Sharp, type SharpOptions } from "sharp";
import { readInWorker } from "../dicom/decoderPool.js";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { FILE_HEAD_BYTES, fileKind } from "../files/fileKind.js";
import { isDicom } from "../files/isDicom.js";
import { amongOthers, onItsOwn } from "./alone.js";
import { type DecodedPicture, type DecodeOptions, MAX_PIXELS } from "./decodedPicture.js";
import { plainJpeg, requireUsualJpeg, strictJpeg } from "./jpeg.js";
import type { PictureNote } from "./pictureNote.js";
import { pngFacts } from "./png.js";
import { unreadable, unsupported } from "./refusal.js";
import { read, readCmyk } from "./samples.js";
import { plainTiff, severalPages, tiffFacts } from "./tiff.js";

/** Takes half the time of node:fs/promises on the event loop. */
const readFile = promisify(readFileCallback);

const sharpOptions = ({ maxPixels = MAX_PIXELS }: DecodeOptions): SharpOptions => ({
  // Most decoders continue after damage and fill in grey. An age must not be predicted from a made-up part.
  failOn: "warning",
  limitInputPixels: maxPixels,
  // A colour profile would change the values. OpenCV, which read the published models' pictures, ignores profiles.
  ignoreIcc: true,
});

/**
 * Decode a PNG, JPEG, TIFF (its first full page) or WebP file, or the bytes of one. The format is recognised by the content,
 * whatever the name. EXIF orientation is applied. Alpha is dropped, unless a mask has its shape in alpha only. Grey
 * pictures have 1 channel, others 3. docs/pictures.md describes how each kind of file is read.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_MISSING or _MASK_MISSING, _IMAGE_UNREADABLE (no picture, of a kind that is
 *   not supported, damaged, truncated, no permission), _IMAGE_TOO_LARGE (more than `maxPixels`).
 */
export async function decodePicture(
  source: string | Uint8Array,
  options: DecodeOptions,
): Promise<DecodedPicture> {
  const { role, name } = options;
  try {
    const bytes = typeof source === "string" ? await readFile(source) : asBuffer(source);
    return await decode(bytes, options);
  } catch (error) {
    throw explained(error, role, typeof source === "string" ? source : name);
  }
}

async function decode(bytes: Buffer, options: DecodeOptions): Promise<DecodedPicture> {
  const format = formatOf(bytes);
  const plain = format === "png" && (await options.plainPng?.(bytes, options.maxPixels ?? MAX_PIXELS));
  if (plain) return plain;
  try {
    return await amongOthers(() => READERS[format](bytes, options));
  } catch (error) {
    if (error instanceof DeeplasiaError) throw error;
    if (/pixel limit/.test(String(error))) throw await tooLarge(bytes, options);
  }
  // Decodes again without the parts that decoders only warn about, and alone, so that an error message is about this file.
  return onItsOwn(() => READERS[format](harmless(format, bytes), options));
}

/** Returns the same picture without harmless parts that `failOn` would refuse. */
function harmless(format: Format, bytes: Buffer): Buffer {
  if (format === "jpeg") return plainJpeg(bytes);
  const facts = format === "tiff" ? tiffFacts(bytes) : null;
  return facts === null ? bytes : plainTiff(bytes, facts);
}

type Reader = (bytes: Buffer, options: DecodeOptions) => Promise<DecodedPicture>;

const READERS: Record<Format, Reader> = {
  async png(bytes, options) {
    const { grey, depth, hasAlpha, frames } = pngFacts(bytes);
    const notes = frames > 1 ? [severalPages(0, frames, "frame")] : [];
    const picture = sharp(bytes, sharpOptions(options));
    const { role } = options;
    const { orientation = 1 } = bytes.includes("eXIf") ? await picture.metadata() : {};
    return read(picture, { grey, depth, hasAlpha, luma: "png", notes, role, orientation });
  },
  async jpeg(bytes, options) {
    requireUsualJpeg(bytes);
    return readOther(sharp(strictJpeg(bytes), sharpOptions(options)), [], options.role);
  },
  async tiff(bytes, options) {
    const facts = tiffFacts(bytes);
    if (facts === null) return readOther(sharp(bytes, sharpOptions(options)), [], options.role);
    const { page, subifd, notes } = facts;
    const where = subifd === undefined ? { page } : { page, tiff: { subifd } };
    return readOther(sharp(bytes, { ...sharpOptions(options), ...where }), notes, options.role);
  },
  async webp(bytes, options) {
    return readOther(sharp(bytes, sharpOptions(options)), [], options.role);
  },
  async dicom(bytes, { maxPixels }) {
    const { isStretched, data, patient, ...picture } = await readInWorker("picture", bytes, maxPixels);
    const text =
      "it has neither a window nor a VOI LUT: its lowest value is shown as black, its highest as white";
    const notes: PictureNote[] = isStretched ? [{ kind: "no-window", text }] : [];
    const samples = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { ...picture, data: samples, luma: "cvt", notes, orientation: 1, patient };
  },
};

/** Reads a picture whose pixel format sharp determines. */
async function readOther(
  picture: Sharp,
  known: readonly PictureNote[],
  role: DecodeOptions["role"],
): Promise<DecodedPicture> {
  const { channels, depth, hasAlpha, space, format, pages = 1, orientation = 1 } = await picture.metadata();
  if (depth !== "uchar" && depth !== "ushort") throw unsupported(`samples of type ${depth}`);
  const notes = format === "webp" && pages > 1 ? [...known, severalPages(0, pages, "frame")] : known;
  const bits = depth === "uchar" ? 8 : 16;
  if (space === "cmyk") return readCmyk(picture, bits, notes, orientation);
  const grey = channels - (hasAlpha ? 1 : 0) === 1;
  const colours = grey ? 1 : 3;
  const isMore = channels > colours + (hasAlpha ? 1 : 0);
  const more = isMore
    ? [{ kind: "channels", text: `only ${colours} of its ${channels} channels are read` } as const]
    : [];
  const alpha = hasAlpha && channels === colours + 1;
  return read(picture, {
    ...{ grey, depth: bits, hasAlpha: alpha, luma: "cvt", notes: [...notes, ...more] },
    ...{ role, orientation },
  });
}

type Format = "png" | "jpeg" | "tiff" | "webp" | "dicom";

/** Returns the format of a file by its first bytes. Throws ERR_DEEPLASIA_IMAGE_UNREADABLE. */
function formatOf(bytes: Buffer): Format {
  const head = bytes.toString("latin1", 0, 12);
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (head.startsWith("\xff\xd8\xff")) return "jpeg";
  if (["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(head.slice(0, 4))) return "tiff";
  if (head.startsWith("RIFF") && head.endsWith("WEBP")) return "webp";
  const start = bytes.subarray(0, FILE_HEAD_BYTES);
  if (isDicom(start)) return "dicom";
  const kind = fileKind(start);
  if (kind === null) throw unreadable("its content is not a PNG, JPEG, TIFF, WebP or DICOM picture");
  throw unreadable(`it is ${kind.name}, not a PNG, JPEG, TIFF, WebP or DICOM picture`, kind.pictureRemedy);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function tooLarge(bytes: Buffer, { maxPixels = MAX_PIXELS }: DecodeOptions): Promise<DeeplasiaError> {
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
  const problem = `it has ${width} x ${height} pixels; at most ${maxPixels} are read`;
  const remedy = "Scale it down first: networks see far fewer pixels.";
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_TOO_LARGE", problem, { remedy });
}

/** Turns any failure into an error about this file, with a remedy. */
function explained(error: unknown, role: DecodeOptions["role"], file: string | undefined): DeeplasiaError {
  const known = error instanceof DeeplasiaError ? error : diagnosed(error as Error, role);
  const subject = `the ${role === "image" ? "picture" : "mask"}${file === undefined ? "" : ` ${file}`}`;
  const message = `${subject} cannot be read: ${known.message}`;
  return new DeeplasiaError(known.code, message, { file, remedy: known.remedy, cause: error });
}

/** Turns an error of the operating system or libvips into one of this package. */
function diagnosed(error: Error, role: DecodeOptions["role"]): DeeplasiaError {
  if (isSystemError(error, "ENOENT", "ENOTDIR")) {
    const code = role === "image" ? "ERR_DEEPLASIA_IMAGE_MISSING" : "ERR_DEEPLASIA_MASK_MISSING";
    return new DeeplasiaError(code, "there is no such file", {
      remedy: "Check the path.",
    });
  }
  if (isSystemError(error, "ERR_FS_FILE_TOO_LARGE")) {
    return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_TOO_LARGE", error.message, {
      remedy: "Scale it down first.",
    });
  }
  const [problem, remedy] = isSystemError(error, "EISDIR")
    ? ["it is a folder", "Give a file."]
    : isSystemError(error, "EACCES", "EPERM")
      ? ["permission denied", "Give your user permission to read it."]
      : "errno" in error
        ? [error.message, "Check the disk or network folder."]
        : [`it is damaged or truncated (${inOneLine(error.message)})`, "Export or copy it again."];
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_UNREADABLE", problem!, { remedy });
}

/** Joins the distinct lines of a libvips message, which repeats itself. */
function inOneLine(message: string): string {
  return [...new Set(message.split("\n").map((line) => line.trim()))].filter(Boolean).join("; ");
}
