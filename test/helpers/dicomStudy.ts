/** A radiograph of a hand as a hospital has it: a DX file with a patient, a study and an accession number. */
import { dicomFile, type Elements, greyElements } from "./dicomFile.js";

/** What is about the patient and the study; the name is Latin-1 and of odd length. */
export const PATIENT: Elements = {
  "00080005": ["CS", "ISO_IR 100"],
  "00080020": ["DA", "20090101"],
  "00080030": ["TM", "101500"],
  "00080050": ["SH", "ACC4711"],
  "00080090": ["PN", "Arzt^Ärmel"],
  "00081030": ["LO", "Linke Hand"],
  "00100010": ["PN", "GEHEIM^Äße"],
  "00100020": ["LO", "SECRET42"],
  "00100030": ["DA", "19990101"],
  "00100040": ["CS", "F"],
  "0020000d": ["UI", "1.2.840.4711.1"],
  "00200010": ["SH", "STUDY7"],
};

const [WIDTH, HEIGHT] = [400, 300];
/** A bright hand on a dark film. */
const pixels = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
  isHand(i % WIDTH, Math.floor(i / WIDTH)) ? 3000 : 200,
);

export function isHand(x: number, y: number): boolean {
  return x >= 100 && x < 300 && y >= 50 && y < 250;
}

export const UIDS: Elements = {
  "00080016": ["UI", "1.2.840.10008.5.1.4.1.1.1.1"],
  "00080018": ["UI", "1.2.840.4711.3"],
  "0020000d": ["UI", "1.2.840.4711.1"],
  "0020000e": ["UI", "1.2.840.4711.2"],
};

export const study = (more: Elements = {}): Buffer =>
  dicomFile({
    ...greyElements(WIDTH, pixels),
    ...PATIENT,
    ...UIDS,
    "00080060": ["CS", "DX"],
    "00180015": ["CS", "HAND"],
    "00200060": ["CS", "L"],
    "00281050": ["DS", "2048"],
    "00281051": ["DS", "4096"],
    ...more,
  });
