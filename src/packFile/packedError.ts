/** Why a row has no picture in a pack, as it stands there in JSON. */
export interface PackedError {
  code: string;
  message: string;
  remedy?: string;
  /** The file with the fault, as it was when the cohort was packed. */
  file: string;
  /** Whether the row is left out as in the reference (no mask in any folder) rather than faulty. */
  dropped: boolean;
}
