/** Fisher's F distribution. */
import { incompleteBeta } from "./beta.js";
import { rootOf } from "./rootOf.js";

export const fisherCdf = (f: number, top: number, bottom: number): number =>
  f <= 0 ? 0 : incompleteBeta((top * f) / (top * f + bottom), top / 2, bottom / 2);

export const fisherQuantile = (p: number, top: number, bottom: number): number =>
  rootOf((f) => fisherCdf(f, top, bottom), p, 0, 10);
