/** The elements that report and copy share: patient and study where the source has none, series, equipment, times. */
import { packageVersion } from "../../about.js";
import type { Elements } from "./dcmjs.js";

export interface ObjectNames {
  classUid: string;
  instanceUid: string;
  seriesUid: string;
  modality: "SR" | "OT";
  seriesNumber: string;
  description: string;
  time: Date;
}

/** By which objects of this software are known. */
export const MANUFACTURER = "deeplasia-native";

/** Elements that a patient and a study must have, be they empty. */
const TYPE_2 = {
  ...{ "00080020": "DA", "00080030": "TM", "00080050": "SH", "00080090": "PN" },
  ...{ "00100010": "PN", "00100020": "LO", "00100030": "DA", "00100040": "CS", "00200010": "SH" },
};

export function commonElements(names: ObjectNames): Elements {
  const { classUid, instanceUid, seriesUid, modality, seriesNumber, description } = names;
  const [date, time] = dateAndTime(names.time);
  const empty = Object.entries(TYPE_2).map(([tag, vr]) => [tag, { vr, Value: [] }]);
  return {
    ...(Object.fromEntries(empty) as Elements),
    "00080012": { vr: "DA", Value: [date] },
    "00080013": { vr: "TM", Value: [time] },
    "00080016": { vr: "UI", Value: [classUid] },
    "00080018": { vr: "UI", Value: [instanceUid] },
    "00080023": { vr: "DA", Value: [date] },
    "00080033": { vr: "TM", Value: [time] },
    "00080060": { vr: "CS", Value: [modality] },
    "00080070": { vr: "LO", Value: [MANUFACTURER] },
    "0008103E": { vr: "LO", Value: [description] },
    "00081090": { vr: "LO", Value: ["deeplasia-native"] },
    "00181020": { vr: "LO", Value: [packageVersion()] },
    "0020000E": { vr: "UI", Value: [seriesUid] },
    "00200011": { vr: "IS", Value: [seriesNumber] },
    "00200013": { vr: "IS", Value: ["1"] },
  };
}

/** YYYYMMDD and HHMMSS, local. */
function dateAndTime(time: Date): [string, string] {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return [day, `${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`];
}
