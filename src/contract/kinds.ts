/**
 * The kinds of models. Every contract has the identity fields and the picture fields; each kind adds its own output
 * fields.
 */
import { boneAgeFields } from "./boneAgeFields.js";
import { featureFields } from "./featureFields.js";
import { handMaskFields } from "./handMaskFields.js";
import { intervalFields } from "./intervalFields.js";
import type { ModelKind } from "./kindNames.js";
import type { Manifest, ManifestField } from "./manifest.js";

/** The kind of a model whose manifest states none, because it was written before there were kinds. */
export const DEFAULT_KIND = "bone_age" satisfies ModelKind;

interface KindFacts {
  /** With its article, for messages. */
  title: string;
  /** Fields that only contracts of this kind have. */
  outputFields: readonly ManifestField[];
  /** Fields that no default replaces. */
  needed: readonly ManifestField[];
  /** Fields that are needed because of another field's value. */
  neededWhen: readonly (readonly [field: ManifestField, applies: (manifest: Manifest) => boolean])[];
  /** Values of fields that most models of this kind do not state. */
  defaults: Manifest;
}

const fieldsOf = <T extends object>(shape: T) => Object.keys(shape) as (keyof T)[];

export const MODEL_KINDS: Readonly<Record<ModelKind, KindFacts>> = {
  bone_age: {
    title: "a bone-age model",
    outputFields: [...fieldsOf(boneAgeFields), ...fieldsOf(featureFields), ...fieldsOf(intervalFields)],
    needed: ["maskNeeded", "subtractBackground", "sexEncoding", "ageUnit"],
    neededWhen: [
      ["ageMeanMonths", ({ ageUnit }) => ageUnit === "z"],
      ["ageSdMonths", ({ ageUnit }) => ageUnit === "z"],
      ["ageBins", ({ ageHead }) => ageHead === "expectation"],
      ["sexPlane", ({ sexEncoding }) => sexEncoding === "plane-female-255"],
    ],
    defaults: { biasSlope: 0, biasIntercept: 0 },
  },
  hand_mask: {
    title: "a hand-mask model",
    outputFields: fieldsOf(handMaskFields),
    needed: ["maskThreshold", "maskSeedThreshold"],
    neededWhen: [],
    // It makes the mask, so no mask prepares its pictures.
    defaults: { maskNeeded: false, subtractBackground: false, maskViews: "one" },
  },
  cropper: {
    title: "a model that finds the box of the hand",
    outputFields: [],
    needed: [],
    neededWhen: [],
    defaults: { maskNeeded: false, subtractBackground: false },
  },
};
