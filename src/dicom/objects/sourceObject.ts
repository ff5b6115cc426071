/**
 * What an object about a picture takes from the picture's own file: what makes it one of the same patient and study
 * (PS3.3 C.7.1 and C.7.2), byte for byte, and the UIDs by which it refers to the picture.
 */
import type { DataSet } from "dicom-parser";
import { unreadable } from "../../image/refusal.js";

/** The bytes of an element as they are in the source. */
export interface CopiedElement {
  vr: string;
  bytes: Uint8Array;
}

export type CopiedElements = ReadonlyMap<string, CopiedElement>;

/** The picture that a report is about. */
export interface SourceReference {
  studyUid: string;
  seriesUid: string;
  classUid: string;
  instanceUid: string;
}

/** All are texts, whose bytes no transfer syntax changes. The character set is that of the names. */
const OF_PATIENT_AND_STUDY = {
  "00080005": "CS",
  "00080020": "DA",
  "00080030": "TM",
  "00080050": "SH",
  "00080090": "PN",
  "00080201": "SH",
  "00081030": "LO",
  "00100010": "PN",
  "00100020": "LO",
  "00100021": "LO",
  "00100030": "DA",
  "00100032": "TM",
  "00100040": "CS",
  "00101010": "AS",
  "0020000D": "UI",
  "00200010": "SH",
} as const;

/** Also of the picture itself: its orientation, burned-in text, lossy compression. */
const OF_PICTURE = { "00200020": "CS", "00280301": "CS", "00282110": "CS" } as const;
/** The side is in one of two places, and a body part that comes in pairs needs it. */
const [BODY_PART, LATERALITY, IMAGE_LATERALITY] = ["00180015", "00200060", "00200062"] as const;

export const patientAndStudy = (source: DataSet): CopiedElements => copied(source, OF_PATIENT_AND_STUDY);

export function patientStudyAndPicture(source: DataSet): CopiedElements {
  const found = copied(source, { ...OF_PATIENT_AND_STUDY, ...OF_PICTURE });
  const part = copied(source, { [BODY_PART]: "CS", [LATERALITY]: "CS", [IMAGE_LATERALITY]: "CS" });
  const side = part.get(LATERALITY) ?? part.get(IMAGE_LATERALITY);
  if (!/^[LR]/.test(String.fromCharCode(side?.bytes[0] ?? 0))) return found;
  found.set(LATERALITY, side!);
  if (part.has(BODY_PART)) found.set(BODY_PART, part.get(BODY_PART)!);
  return found;
}

function copied(source: DataSet, tags: Record<string, string>): Map<string, CopiedElement> {
  const found = new Map<string, CopiedElement>();
  for (const [tag, vr] of Object.entries(tags)) {
    const element = source.elements[`x${tag.toLowerCase()}`];
    if (element === undefined || element.length > 0xfffe) continue;
    const end = element.dataOffset + element.length;
    found.set(tag, { vr, bytes: source.byteArray.subarray(element.dataOffset, end) });
  }
  return found;
}

/** @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_UNREADABLE where the source cannot be referred to. */
export function sourceReference(source: DataSet): SourceReference {
  return {
    studyUid: uidAt(source, "x0020000d", "StudyInstanceUID"),
    seriesUid: uidAt(source, "x0020000e", "SeriesInstanceUID"),
    classUid: uidAt(source, "x00080016", "SOPClassUID"),
    instanceUid: uidAt(source, "x00080018", "SOPInstanceUID"),
  };
}

function uidAt(source: DataSet, tag: string, name: string): string {
  const uid = source.string(tag)?.trim() ?? "";
  if (/^[\d.]{1,64}$/.test(uid)) return uid;
  throw unreadable(
    `its header has no valid ${name}, by which an object could refer to it`,
    `Set its ${name}.`,
  );
}
