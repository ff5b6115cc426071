/** The cohort that the options of a call name: pictures as files, or rows of an annotation CSV. */
import { DeeplasiaError, missingOption } from "../errors.js";
import { openPack } from "../packFile/openPacks.js";
import { cohortFromFiles, type FileCohortOptions } from "./cohortFromFiles.js";
import { type Cohort, openCohort } from "./openCohort.js";

/** Where the pictures are: either `files`, or `annotationCsv` with its folder and its split. */
export interface GivenPictures {
  files?: readonly string[] | undefined;
  annotationCsv?: string | undefined;
  imgDir?: string | undefined;
  splitCsv?: string | undefined;
  splitColumn: string;
  splitName: string;
}

/** Checks that pictures are given in exactly one way. Throws ERR_DEEPLASIA_USAGE. */
export function requireOneSource({ files, annotationCsv }: GivenPictures): void {
  if ((files === undefined) !== (annotationCsv === undefined)) return;
  const what =
    files === undefined
      ? "no pictures are given"
      : "pictures are given both as `files` and by `annotationCsv`";
  throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy: "Give one of the two." });
}

/**
 * Opens the cohort.
 *
 * Throws ERR_DEEPLASIA_USAGE, ERR_DEEPLASIA_OPTION for an option that is missing, and what `openCohort` and
 * `cohortFromFiles` throw.
 */
export async function openGivenCohort(given: GivenPictures, how: FileCohortOptions): Promise<Cohort> {
  requireOneSource(given);
  const { files, annotationCsv, imgDir, splitCsv, splitColumn, splitName } = given;
  if (files !== undefined) return cohortFromFiles(files, how);
  const isInPack = (await openPack(annotationCsv!)) !== null;
  if (imgDir === undefined && !isInPack)
    throw missingOption("imgDir", "the root of the pictures of `annotationCsv`");
  if (splitCsv === undefined && splitColumn !== "")
    throw missingOption("splitCsv", "the file with `splitColumn`");
  const split = { splitCsv: splitCsv ?? "", splitColumn, splitName };
  return openCohort({ ...how, ...split, annotationCsv: annotationCsv!, imgDir: imgDir ?? "" });
}
