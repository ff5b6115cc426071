/** The annotated copy of a picture as a Secondary Capture. */
import type { GreyPicture } from "./annotatedCopy.js";
import { commonElements } from "./commonElements.js";
import { referenced } from "./contentItems.js";
import type { Elements } from "./dcmjs.js";
import { type Finding, RESEARCH_ONLY } from "./finding.js";
import type { SourceReference } from "./sourceObject.js";
import { uidOf } from "./uid.js";

const SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";

export function secondaryCapture(
  { identity, time }: Finding,
  source: SourceReference,
  { data, width, height }: GreyPicture,
): Elements {
  const name = (kind: string) => uidOf(kind, source.instanceUid, identity);
  // Elements have an even length.
  const pixels = new Uint8Array(data.length + (data.length % 2));
  pixels.set(data);
  const number = (value: number) => ({ vr: "US", Value: [value] });
  return {
    ...commonElements({
      ...{ classUid: SECONDARY_CAPTURE, instanceUid: name("copy"), seriesUid: name("copy series") },
      ...{ modality: "OT", seriesNumber: "9002", description: `Bone age (${RESEARCH_ONLY})`, time },
    }),
    "00080008": { vr: "CS", Value: ["DERIVED", "SECONDARY"] },
    "00080064": { vr: "CS", Value: ["WSD"] },
    "00082111": { vr: "ST", Value: [`bone age and outline of the mask burned in; ${RESEARCH_ONLY}`] },
    "00082112": { vr: "SQ", Value: [referenced(source)] },
    // Empty where the source has none: not known.
    "00200020": { vr: "CS", Value: [] },
    "00200060": { vr: "CS", Value: [] },
    "00280002": number(1),
    "00280004": { vr: "CS", Value: ["MONOCHROME2"] },
    "00280010": number(height),
    "00280011": number(width),
    "00280100": number(8),
    "00280101": number(8),
    "00280102": number(7),
    "00280103": number(0),
    "7FE00010": { vr: "OB", Value: [pixels.buffer] },
  };
}
