/** Content items of a structured report (PS3.3 C.17.3), and the codes that name them. */
import type { Elements } from "./dcmjs.js";
import type { SourceReference } from "./sourceObject.js";

export type Relationship = "CONTAINS" | "HAS CONCEPT MOD" | "HAS OBS CONTEXT" | "INFERRED FROM";

/** A code: its value, its scheme, its meaning. */
export type Code = readonly [value: string, scheme: string, meaning: string];

const sequence = (...items: Elements[]) => ({ vr: "SQ", Value: items });

export const coded = ([value, scheme, meaning]: Code): Elements => ({
  "00080100": { vr: "SH", Value: [value] },
  "00080102": { vr: "SH", Value: [scheme] },
  "00080104": { vr: "LO", Value: [meaning] },
});

function item(relationship: Relationship, type: string, name: Code, more: Elements): Elements {
  return {
    "0040A010": { vr: "CS", Value: [relationship] },
    "0040A040": { vr: "CS", Value: [type] },
    "0040A043": sequence(coded(name)),
    ...more,
  };
}

export const textItem = (relationship: Relationship, name: Code, text: string): Elements =>
  item(relationship, "TEXT", name, { "0040A160": { vr: "UT", Value: [text] } });

export const codeItem = (relationship: Relationship, name: Code, value: Code): Elements =>
  item(relationship, "CODE", name, { "0040A168": sequence(coded(value)) });

export const uidItem = (relationship: Relationship, name: Code, uid: string): Elements =>
  item(relationship, "UIDREF", name, { "0040A124": { vr: "UI", Value: [uid] } });

export const imageItem = (relationship: Relationship, name: Code, source: SourceReference): Elements =>
  item(relationship, "IMAGE", name, { "00081199": sequence(referenced(source)) });

export const referenced = ({ classUid, instanceUid }: SourceReference): Elements => ({
  "00081150": { vr: "UI", Value: [classUid] },
  "00081155": { vr: "UI", Value: [instanceUid] },
});

/** A number with its unit, and items below it. */
export const numberItem = (name: Code, value: string, unit: Code, below: Elements[]): Elements =>
  item("CONTAINS", "NUM", name, {
    "0040A300": sequence({
      "004008EA": sequence(coded(unit)),
      "0040A30A": { vr: "DS", Value: [value] },
    }),
    "0040A730": sequence(...below),
  });

/** `template`: the TID of its content. */
export const containerItem = (name: Code, below: Elements[], template?: string): Elements =>
  item("CONTAINS", "CONTAINER", name, contents(below, template));

/** What a container holds; the root of a report is one, without a relationship. */
export function contents(below: Elements[], template?: string): Elements {
  const ofTemplate = {
    "00080105": { vr: "CS", Value: ["DCMR"] },
    "0040DB00": { vr: "CS", Value: [template ?? ""] },
  };
  return {
    "0040A050": { vr: "CS", Value: ["SEPARATE"] },
    ...(template !== undefined && { "0040A504": sequence(ofTemplate) }),
    "0040A730": sequence(...below),
  };
}
