import { DeeplasiaError, type ErrorCode } from "../errors.js";

/** Why a row has no picture in a pack, as it stands there in JSON. */
export interface PackedError {
  code: string;
  message: string;
  remedy?: string;
  /** The file with the fault, as it was when the cohort was packed. */
  file: string;
  /** Whether the row is left out as in the reference (no mask in any folder) rather than faulty. */
  dropped: boolean;
  /** Whether its files were found, so that the row failed only when they were read. */
  whenRead: boolean;
}

export function errorOfPacked({ code, message, remedy, file }: PackedError): DeeplasiaError {
  return new DeeplasiaError(code as ErrorCode, message, { file, remedy });
}
