/** A bone age as a measurement report (PS3.16 TID 1500) in a Comprehensive SR, with the picture as evidence. */
import { commonElements } from "./commonElements.js";
import {
  type Code,
  coded,
  codeItem,
  containerItem,
  contents,
  imageItem,
  numberItem,
  referenced,
  textItem,
  uidItem,
} from "./contentItems.js";
import type { Elements } from "./dcmjs.js";
import { type Finding, RESEARCH_ONLY } from "./finding.js";
import type { SourceReference } from "./sourceObject.js";
import { uidOf } from "./uid.js";

const COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33";

/** DICOM's own terms. */
const dcm = (value: string, meaning: string): Code => [value, "DCM", meaning];
const REPORT = dcm("126000", "Imaging Measurement Report");
/** LOINC: the quantity, and the examination. */
const BONE_AGE: Code = ["85151-9", "LN", "XR Bone age"];
const EXAMINATION: Code = ["37362-1", "LN", "XR Bones Bone age"];
const HAND: Code = ["85562004", "SCT", "Hand"];
const MONTH: Code = ["mo", "UCUM", "month"];
const ENGLISH: Code = ["en", "RFC5646", "English"];

export function measurementReport(finding: Finding, source: SourceReference): Elements {
  const name = (kind: string) => uidOf(kind, source.instanceUid, finding.identity);
  return {
    ...commonElements({
      ...{ classUid: COMPREHENSIVE_SR, instanceUid: name("report"), seriesUid: name("report series") },
      ...{
        modality: "SR",
        seriesNumber: "9001",
        description: `Bone age (${RESEARCH_ONLY})`,
        time: finding.time,
      },
    }),
    "00081111": { vr: "SQ", Value: [] },
    "0040A372": { vr: "SQ", Value: [] },
    "0040A375": { vr: "SQ", Value: [evidence(source)] },
    "0040A491": { vr: "CS", Value: ["COMPLETE"] },
    "0040A493": { vr: "CS", Value: ["UNVERIFIED"] },
    "0040A040": { vr: "CS", Value: ["CONTAINER"] },
    "0040A043": { vr: "SQ", Value: [coded(REPORT)] },
    ...contents(
      [
        codeItem("HAS CONCEPT MOD", dcm("121049", "Language of Content Item and Descendants"), ENGLISH),
        ...observer(finding),
        codeItem("HAS CONCEPT MOD", dcm("121058", "Procedure reported"), EXAMINATION),
        containerItem(dcm("126010", "Imaging Measurements"), [group(finding, source, name("measurement"))]),
        textItem("CONTAINS", dcm("121106", "Comment"), RESEARCH_ONLY),
      ],
      "1500",
    ),
  };
}

/** TID 1002 and 1004: this program made the report. */
function observer({ algorithm: { name, version } }: Finding): Elements[] {
  return [
    codeItem("HAS OBS CONTEXT", dcm("121005", "Observer Type"), dcm("121007", "Device")),
    uidItem("HAS OBS CONTEXT", dcm("121012", "Device Observer UID"), uidOf("device", name, version)),
    textItem("HAS OBS CONTEXT", dcm("121013", "Device Observer Name"), name),
  ];
}

/** TID 1501: the algorithm (TID 4019), the site and the number (TID 300). */
function group(finding: Finding, source: SourceReference, uid: string): Elements {
  const { ageMonths, algorithm } = finding;
  const picture = dcm("121112", "Source of Measurement");
  const items = [
    textItem("HAS OBS CONTEXT", dcm("112039", "Tracking Identifier"), "Bone age"),
    uidItem("HAS OBS CONTEXT", dcm("112040", "Tracking Unique Identifier"), uid),
    textItem("HAS CONCEPT MOD", dcm("111001", "Algorithm Name"), algorithm.name),
    textItem("HAS CONCEPT MOD", dcm("111003", "Algorithm Version"), algorithm.version),
    ...algorithm.parameters.map((text) =>
      textItem("HAS CONCEPT MOD", dcm("111002", "Algorithm Parameters"), text),
    ),
    codeItem("HAS CONCEPT MOD", ["363698007", "SCT", "Finding Site"], HAND),
    numberItem(BONE_AGE, String(Number(ageMonths.toFixed(2))), MONTH, [
      imageItem("INFERRED FROM", picture, source),
    ]),
  ];
  return containerItem(dcm("125007", "Measurement Group"), items, "1501");
}

/** The picture, by study and series. */
function evidence(source: SourceReference): Elements {
  const series: Elements = {
    "00081199": { vr: "SQ", Value: [referenced(source)] },
    "0020000E": { vr: "UI", Value: [source.seriesUid] },
  };
  return {
    "00081115": { vr: "SQ", Value: [series] },
    "0020000D": { vr: "UI", Value: [source.studyUid] },
  };
}
