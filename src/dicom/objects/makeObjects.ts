/** The objects about a picture, from the bytes of its file. What they hold of the patient goes nowhere else. */
import { readDataset } from "../dataset.js";
import { decodeDataset, withoutQuotes } from "../decodeDicom.js";
import { annotatedCopy } from "./annotatedCopy.js";
import type { Finding, ObjectFiles } from "./finding.js";
import { measurementReport } from "./measurementReport.js";
import { objectFile } from "./objectFile.js";
import { secondaryCapture } from "./secondaryCapture.js";
import { patientAndStudy, patientStudyAndPicture, sourceReference } from "./sourceObject.js";

/** @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_UNREADABLE where the file cannot be decoded, or not be referred to. */
export function makeObjects(bytes: Uint8Array, finding: Finding): Promise<ObjectFiles> {
  return withoutQuotes(async () => {
    const dataset = readDataset(bytes);
    const source = sourceReference(dataset.elements);
    const copy = annotatedCopy(await decodeDataset(dataset), finding);
    return {
      report: objectFile(measurementReport(finding, source), patientAndStudy(dataset.elements)),
      capture: objectFile(secondaryCapture(finding, source, copy), patientStudyAndPicture(dataset.elements)),
    };
  });
}
