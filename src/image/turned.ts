/** Turns decoded pictures by quarters, as a reader would turn a film. */
import { type LentPicture, lentOnce } from "./readPicture.js";
import { reoriented } from "./reoriented.js";

/** Degrees clockwise. */
export const TURNS = [0, 90, 180, 270] as const;
export type Turn = (typeof TURNS)[number];

/** Returns the picture turned, and gives the one that was lent back. No sample changes its value. */
export async function turned(lent: LentPicture, turn: Turn): Promise<LentPicture> {
  if (turn === 0) return lent;
  try {
    return lentOnce(await reoriented(lent.picture, [`${turn}`]));
  } finally {
    lent.giveBack();
  }
}
