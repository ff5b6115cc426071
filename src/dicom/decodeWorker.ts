/** The worker thread in which DICOM files are read: one request a file, one answer. */
import { parentPort } from "node:worker_threads";
import type { DeeplasiaError } from "../errors.js";
import { type DicomPicture, decodeDicom, readPatient } from "./decodeDicom.js";
import { type GreyPicture, type Pixels, reducedCopy } from "./objects/annotatedCopy.js";
import type { Finding, ObjectFiles } from "./objects/finding.js";
import { makeObjects } from "./objects/makeObjects.js";
import type { PatientFacts } from "./patient.js";

/** What the worker can be asked for, and what it answers. */
export interface Answers {
  picture: DicomPicture;
  patient: PatientFacts;
  copy: GreyPicture;
  objects: ObjectFiles;
}

/** `bytes`: the file's; `maxPixels`: most pixels of its picture. */
export type DicomRequest =
  | { want: "picture" | "patient"; bytes: Uint8Array; maxPixels?: number | undefined }
  | { want: "copy"; picture: Pixels }
  | { want: "objects"; bytes: Uint8Array; finding: Finding; picture?: GreyPicture | undefined };

/** `problem`: why the file cannot be used, without its name. */
export type DicomAnswer<T> = { value: T } | { problem: string; remedy: string | undefined };

parentPort?.on("message", async (request: DicomRequest) => {
  const answer = await answered(request);
  parentPort!.postMessage(answer, "value" in answer ? buffersOf(answer.value) : []);
});

async function answered(request: DicomRequest): Promise<DicomAnswer<Answers[keyof Answers]>> {
  try {
    return { value: await valueFor(request) };
  } catch (error) {
    const { message, remedy } = error as DeeplasiaError;
    return { problem: message, remedy };
  }
}

async function valueFor(request: DicomRequest): Promise<Answers[keyof Answers]> {
  if (request.want === "patient") return readPatient(request.bytes);
  if (request.want === "copy") return reducedCopy(request.picture);
  if (request.want === "objects") return makeObjects(request.bytes, request.finding, request.picture);
  return owning(await decodeDicom(request.bytes, request.maxPixels));
}

/** A view of a larger buffer, such as the file itself, cannot be handed over without it. */
function owning(picture: DicomPicture): DicomPicture {
  const isWhole = picture.data.byteLength === picture.data.buffer.byteLength;
  return isWhole ? picture : { ...picture, data: picture.data.slice() };
}

/** Pixels are handed over; the rest is copied. */
const buffersOf = (value: Answers[keyof Answers]): ArrayBuffer[] =>
  "data" in value ? [value.data.buffer as ArrayBuffer] : [];
