// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { PathArgument } from "../library.js";

/** The options of `importCohort`, by the data set. */
export type ImportCohortOptions =
  | {
      /** The data set. */
      set: "rsna";
      /** Ends the call, which then rejects with the signal's reason. */
      signal?: AbortSignal | undefined;
      /** The new CSV; without it nothing is written. */
      out?: PathArgument | undefined;
      /** Replace the new file where it exists. Default: `false`. */
      overwrite?: boolean | undefined;
      /** Pictures to leave out, by name or id. Default: `[]`. */
      exclude?: readonly string[] | undefined;
      /** Dir of every row, where the pictures will lie below the image root (default: where they lie now). */
      dir?: string | undefined;
      /** Also write the challenge's own split: patient_ID, dir, rsna_original. */
      splits?: string | undefined;
    }
  | {
      /** The data set. */
      set: "dha";
      /** Ends the call, which then rejects with the signal's reason. */
      signal?: AbortSignal | undefined;
      /** The new CSV; without it nothing is written. */
      out?: PathArgument | undefined;
      /** Replace the new file where it exists. Default: `false`. */
      overwrite?: boolean | undefined;
      /** Pictures to leave out, by name or id. Default: `[]`. */
      exclude?: readonly string[] | undefined;
    }
  | {
      /** The data set. */
      set: "dicom";
      /** Ends the call, which then rejects with the signal's reason. */
      signal?: AbortSignal | undefined;
      /** The new CSV; without it nothing is written. */
      out?: PathArgument | undefined;
      /** Replace the new file where it exists. Default: `false`. */
      overwrite?: boolean | undefined;
      /** Pictures to leave out, by name or id. Default: `[]`. */
      exclude?: readonly string[] | undefined;
    }
  | {
      /** The data set. */
      set: "generic";
      /** Ends the call, which then rejects with the signal's reason. */
      signal?: AbortSignal | undefined;
      /** The new CSV; without it nothing is written. */
      out?: PathArgument | undefined;
      /** Replace the new file where it exists. Default: `false`. */
      overwrite?: boolean | undefined;
      /** Pictures to leave out, by name or id. Default: `[]`. */
      exclude?: readonly string[] | undefined;
      /** Root of the pictures: rows without a picture are left out, extensions are found. */
      imgDir?: string | undefined;
      /** An object with the names of columns: image, dir, patient, sex, male, age, unit. */
      map: Readonly<Partial<Record<"image" | "dir" | "patient" | "sex" | "male" | "age" | "unit", string>>>;
    };
