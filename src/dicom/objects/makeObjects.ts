/** The objects about a picture, from the bytes of its file. What they hold of the patient goes nowhere else. */
import type { DataSet } from "dicom-parser";
import { unreadable } from "../../image/refusal.js";
import { readDataset } from "../dataset.js";
import { decodeDataset, withoutQuotes } from "../decodeDicom.js";
import { annotatedCopy, type GreyPicture, reducedCopy } from "./annotatedCopy.js";
import { MANUFACTURER } from "./commonElements.js";
import type { Finding, ObjectFiles } from "./finding.js";
import { measurementReport } from "./measurementReport.js";
import { objectFile } from "./objectFile.js";
import { secondaryCapture } from "./secondaryCapture.js";
import { patientAndStudy, patientStudyAndPicture, sourceReference } from "./sourceObject.js";

/**
 * Makes the objects from the bytes of a file. `picture` is the copy of its picture (`reducedCopy`); without it the file is
 * decoded.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_UNREADABLE where the file cannot be decoded or referred to, or is
 *   itself an object of this software.
 */
export function makeObjects(
  bytes: Uint8Array,
  finding: Finding,
  picture?: GreyPicture,
): Promise<ObjectFiles> {
  return withoutQuotes(async () => {
    const dataset = readDataset(bytes);
    const source = sourceReference(dataset.elements);
    refuseOwn(dataset.elements);
    const copy = annotatedCopy(picture ?? reducedCopy(await decodeDataset(dataset)), finding);
    return {
      instanceUid: source.instanceUid,
      report: objectFile(measurementReport(finding, source), patientAndStudy(dataset.elements)),
      capture: objectFile(secondaryCapture(finding, source, copy), patientStudyAndPicture(dataset.elements)),
    };
  });
}

/** Archives and routers may send back what they were given: objects about objects would be made for ever. */
function refuseOwn(source: DataSet): void {
  if (source.string("x00080070")?.trim() === MANUFACTURER)
    throw unreadable("it is itself a result of this software", "Give the radiograph that it is about.");
}
