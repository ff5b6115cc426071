/** What the service answers, as far as the page uses it. */

export type Sex = "F" | "M";

export interface Answer {
  /** Months. */
  bone_age: number;
  used_sex: string | null;
  sex_predicted: boolean;
  model: string;
  /** Standard deviation between the members of an ensemble, months. */
  spread?: number | null;
  interval?: { low: number; high: number; level: number } | null;
  /** Where the mask of the hand comes from; the quality is checked where there is one. */
  mask: { source: "given" | "made" | "none" };
  quality: readonly { flag: string; text: string }[];
  /** Of the picture as it was predicted, so after its rotation. */
  outline?: readonly (readonly (readonly [number, number])[])[] | null;
  /** Where asked for: what a browser can show of the picture as it was predicted. PNG or JPEG, base64. */
  preview?: string | null;
  picture: { width: number; height: number; sexFromHeader?: boolean; ageMonthsFromHeader?: number | null };
  notes: readonly string[];
}

/** What the service answers where there is no result. */
export interface Fault {
  code: string;
  message: string;
  remedy?: string;
}
