/** Defaults of commands that are places in the reference's folders. The library has none of them. */
import { pathKind } from "../files/pathKind.js";

/** Where the reference's `predict` looks for the constants of its older networks, from the working directory. */
const PARAMETERS = "data/parameters.yml";

/** Returns the option `legacyParameters` of the library calls: the reference's file, if it exists. */
export async function referenceParameters(): Promise<{ legacyParameters?: string }> {
  return (await pathKind(PARAMETERS)) === null ? {} : { legacyParameters: PARAMETERS };
}

/** Returns the fields of a contract that came from the reference's file, as text; null if none did. */
export function parametersUsed(file: string, origins: ReadonlyMap<string, string>): string | null {
  const fields = [...origins].filter(([, origin]) => origin === PARAMETERS).map(([field]) => field);
  return fields.length === 0 ? null : `${file}: ${PARAMETERS} gives ${fields.join(", ")}`;
}

interface CohortPlaces {
  annotationCsv?: string | undefined;
  imgDir: string;
  splitCsv?: string | undefined;
  splitColumn: string;
}

/**
 * Returns a line about the folders of the reference that are used because no flag names others; null where none is.
 *
 * @param parsed The flags as they were given.
 */
export function placesUsed(parsed: Record<string, unknown>, options: CohortPlaces): string | null {
  if (options.annotationCsv === undefined) return null;
  const used = [
    ...("img_dir" in parsed ? [] : [`--img_dir ${options.imgDir}`]),
    ...("split_csv" in parsed || options.splitColumn === "" ? [] : [`--split_csv ${options.splitCsv}`]),
  ];
  return used.length === 0 ? null : `not given, so used as in the reference: ${used.join("; ")}`;
}
