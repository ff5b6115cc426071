/** Arguments of the library that are not flags: paths and URLs, bytes, signals, loggers. */
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Logger } from "../console/logger.js";
import type { ProgressEvent } from "../console/progress.js";
import { MANIFEST_FIELDS, type Manifest } from "../contract/manifest.js";
import { abortSignal, hasMethods, listener } from "../schema/callbacks.js";
import { understood } from "../schema/understood.js";

/** Returns the path of a `file:` URL, also of one as text; other values unchanged, for the schema to check. */
function fromFileUrl(value: unknown): unknown {
  const isText = typeof value === "string" && /^file:\/\//i.test(value);
  if (!isText && !(value instanceof URL && value.protocol === "file:")) return value;
  try {
    return fileURLToPath(value);
  } catch {
    return value; // of another host, or of no path at all
  }
}

const PATH = { error: "must be a path or a file: URL" };
/** No path is longer; a longer text is probably the content of a file. */
const MOST_LETTERS = 4096;
const isPath = (text: string) =>
  text !== "" && text.length < MOST_LETTERS && !text.includes("\0") && !/^file:\/\//i.test(text);

/** A file that is read or written. */
export const pathArgument = understood(fromFileUrl, z.string(PATH).refine(isPath, PATH)).meta({
  description: "the path of a file, or its file: URL",
  typescript: "PathArgument",
});
/** A file: its path, or its `file:` URL. */
export type PathArgument = string | URL;

/** Whether a text is the address of a resource that must be fetched first. */
const isAddress = (text: string) => /^(https?|ftp|file|blob):\/\/|^data:/i.test(text);

const PICTURE = {
  error: "must be a path, a file: URL, or the bytes of a picture (Uint8Array, ArrayBuffer or Blob)",
};
const bytes = [z.instanceof(Uint8Array), z.instanceof(ArrayBuffer), z.instanceof(Blob)] as const;

/** A picture or a mask: a file, or the bytes of one. */
export const pictureArgument = understood(
  fromFileUrl,
  z
    .union([z.string(), ...bytes], PICTURE)
    .refine((value) => typeof value !== "string" || (isPath(value) && !isAddress(value)), PICTURE),
).meta({
  description:
    "a radiograph or a mask as PNG, JPEG, TIFF or WebP; what a web address names is fetched first, and given as bytes",
  typescript: "PictureArgument",
});
/** A picture: its path, its `file:` URL, or the bytes of its file. */
export type PictureArgument = string | URL | Uint8Array | ArrayBuffer | Blob;

/** Options by which a long call reports its progress and is aborted. */
export const watching = {
  signal: abortSignal,
  onProgress: listener<ProgressEvent>("ProgressEvent", "called with each ProgressEvent"),
};

/** Options of a call that has no other ones. */
export const signalOptions = z.strictObject({ signal: abortSignal });

export const logger = z
  .custom<Logger>((value) => hasMethods(value, ["info", "warn", "error"]), "must have info, warn and error")
  .optional()
  .meta({
    changesOutput: false,
    description: "an object with the functions info, warn and error",
    typescript: "Logger",
  });

export const isPlainObject = (value: unknown) => Object.prototype.toString.call(value) === "[object Object]";

/** Fields of the contract that a caller states; they are checked as a manifest is. */
export const contractArgument = z
  .custom<Manifest>(isPlainObject, "must be an object")
  .optional()
  .meta({
    changesOutput: false,
    description: `an object with fields of the contract: ${MANIFEST_FIELDS.join(", ")}`,
    typescript: "Manifest",
  });
