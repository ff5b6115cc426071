/** Synthetic radiographs. */

/** One synthetic radiograph: complete and validated. */
export interface PhantomOptions {
  seed: number;
  index: number;
  /** Share of boys, 0 to 1. */
  maleShare: number;
  /** Bone ages are drawn uniformly between the two. */
  minAgeMonths: number;
  maxAgeMonths: number;
  /** Possible lengths of the longer side, pixels, 64 to 8192. */
  sizes: number[];
  /** Bits; mixed: a fifth of the pictures has 16. */
  depth: "8" | "16" | "mixed";
  /** A whole plate on which the hand is hard to find, with the exact mask; else a hand that fills the picture. */
  hard: boolean;
}

/** What was drawn. */
export interface PhantomFacts {
  sex: "F" | "M";
  /** The maturity that was drawn. */
  boneAgeMonths: number;
  /** Since birth. */
  ageMonths: number;
  handLengthMm: number;
  pixelMm: number;
  /** How many carpals (of 8), epiphyses (of 21) and closed growth plates (of 21) there are. */
  carpals: number;
  epiphyses: number;
  fused: number;
}

export interface Phantom {
  /** Grey, row-major; 16-bit samples in the machine's byte order. */
  image: Uint8Array;
  /** One byte a pixel: 255 on the hand, else 0. */
  mask: Uint8Array;
  width: number;
  height: number;
  depth: 8 | 16;
  facts: PhantomFacts;
}

export interface PhantomFunctions {
  /** Draw synthetic radiograph number `index`: the same options give the same bytes, whatever else is drawn. */
  drawPhantom(options: PhantomOptions): Promise<Phantom>;
}

export const PHANTOM_FUNCTIONS = ["drawPhantom"] as const satisfies readonly (keyof PhantomFunctions)[];
