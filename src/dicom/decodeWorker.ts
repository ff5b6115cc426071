/** The worker thread in which DICOM files are decoded: one message a file, one answer. */
import { parentPort } from "node:worker_threads";
import type { DeeplasiaError } from "../errors.js";
import { type DicomPicture, decodeDicom } from "./decodeDicom.js";

export type DecodeAnswer =
  | { picture: DicomPicture }
  /** `problem`: without a subject. */
  | { problem: string; remedy: string | undefined };

parentPort?.on("message", async (bytes: Uint8Array) => {
  const answer = await answered(bytes);
  const transfer = "picture" in answer ? [answer.picture.data.buffer as ArrayBuffer] : [];
  parentPort!.postMessage(answer, transfer);
});

async function answered(bytes: Uint8Array): Promise<DecodeAnswer> {
  try {
    const picture = await decodeDicom(bytes);
    // A view of a larger buffer, such as the file itself, cannot be handed over without it.
    const isWhole = picture.data.byteLength === picture.data.buffer.byteLength;
    return { picture: isWhole ? picture : { ...picture, data: picture.data.slice() } };
  } catch (error) {
    const { message, remedy } = error as DeeplasiaError;
    return { problem: message, remedy };
  }
}
