/** The worker thread in which DICOM files are read: one request a file, one answer. */
import { parentPort } from "node:worker_threads";
import type { DeeplasiaError } from "../errors.js";
import { type DicomPicture, decodeDicom, readPatient } from "./decodeDicom.js";
import type { PatientFacts } from "./patient.js";

/** What the worker can be asked for, and what it answers. */
export interface Answers {
  picture: DicomPicture;
  patient: PatientFacts;
}

export interface DicomRequest {
  want: keyof Answers;
  /** The file's. */
  bytes: Uint8Array;
}

/** `problem`: why the file cannot be used, without its name. */
export type DicomAnswer<T> = { value: T } | { problem: string; remedy: string | undefined };

parentPort?.on("message", async (request: DicomRequest) => {
  const answer = await answered(request);
  const transfer =
    "value" in answer && "data" in answer.value ? [answer.value.data.buffer as ArrayBuffer] : [];
  parentPort!.postMessage(answer, transfer);
});

async function answered({ want, bytes }: DicomRequest): Promise<DicomAnswer<DicomPicture | PatientFacts>> {
  try {
    return { value: want === "patient" ? await readPatient(bytes) : owning(await decodeDicom(bytes)) };
  } catch (error) {
    const { message, remedy } = error as DeeplasiaError;
    return { problem: message, remedy };
  }
}

/** A view of a larger buffer, such as the file itself, cannot be handed over without it. */
function owning(picture: DicomPicture): DicomPicture {
  const isWhole = picture.data.byteLength === picture.data.buffer.byteLength;
  return isWhole ? picture : { ...picture, data: picture.data.slice() };
}
