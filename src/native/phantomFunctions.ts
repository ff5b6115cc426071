/** The function that draws synthetic radiographs. */

/** The options of one synthetic radiograph: complete and validated. */
export interface PhantomOptions {
  seed: number;
  index: number;
  /** Share of boys, 0 to 1. */
  maleShare: number;
  /** Bone ages are drawn uniformly from this to `maxAgeMonths`. */
  minAgeMonths: number;
  maxAgeMonths: number;
  /** Possible lengths of the longer side, pixels, 64 to 8192. */
  sizes: number[];
  /** Bits; with `mixed` a fifth of the pictures has 16. */
  depth: "8" | "16" | "mixed";
  /** A whole plate on which the hand is hard to find, with the exact mask; else a hand that fills the picture. */
  hard: boolean;
}

/** What was drawn. */
export interface PhantomFacts {
  sex: "F" | "M";
  /** The maturity of the hand. */
  boneAgeMonths: number;
  /** The chronological age. */
  ageMonths: number;
  handLengthMm: number;
  pixelMm: number;
  /** Direction of the fingers, degrees clockwise from upright. */
  turnDegrees: number;
  /** Whether bone is dark. */
  isInverted: boolean;
  /** Whether a second hand reaches into the picture. */
  hasOtherHand: boolean;
  /** Number of carpals, of 8. */
  carpals: number;
  /** Number of epiphyses, of 21. */
  epiphyses: number;
  /** Number of closed growth plates, of 21. */
  fused: number;
}

/** A synthetic radiograph. */
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
  /** Draws synthetic radiograph number `index`. The same options give the same bytes, whatever else is drawn. */
  drawPhantom(options: PhantomOptions): Promise<Phantom>;
}

export const PHANTOM_FUNCTIONS = ["drawPhantom"] as const satisfies readonly (keyof PhantomFunctions)[];
