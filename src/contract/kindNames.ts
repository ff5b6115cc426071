/** What a model can be for. */
export const MODEL_KIND_NAMES = ["bone_age", "hand_mask"] as const;
export type ModelKind = (typeof MODEL_KIND_NAMES)[number];
