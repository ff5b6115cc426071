/** The kinds of models. */
export const MODEL_KIND_NAMES = ["bone_age", "hand_mask", "cropper"] as const;
/** What a model is for. */
export type ModelKind = (typeof MODEL_KIND_NAMES)[number];
