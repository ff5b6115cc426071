/** Preamble and file meta information of a DICOM file (PS3.10). */
import { dcmjs } from "./dcmjs.js";
import { uidOf } from "./uid.js";

/** Names this program to receivers (PS3.7 D.3.3.2). */
const IMPLEMENTATION = uidOf("deeplasia-native");

export interface FileIdentity {
  classUid: string;
  instanceUid: string;
  transferSyntax: string;
}

export function fileMeta({ classUid, instanceUid, transferSyntax }: FileIdentity): Uint8Array {
  const uid = (value: string) => ({ vr: "UI", Value: [value] });
  const meta = new dcmjs.DicomDict({
    "00020001": { vr: "OB", Value: [Uint8Array.of(0, 1).buffer] },
    "00020002": uid(classUid),
    "00020003": uid(instanceUid),
    "00020010": uid(transferSyntax),
    "00020012": uid(IMPLEMENTATION),
    "00020013": { vr: "SH", Value: ["DEEPLASIA"] },
  });
  return new Uint8Array(meta.write());
}
