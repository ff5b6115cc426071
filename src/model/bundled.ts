/** The models that the package brings along, so that everything can be tried: they learnt from synthetic pictures alone. */
import { fileURLToPath } from "node:url";

export const BUNDLED_MODEL = fileURLToPath(new URL("../../models/phantom-b0.pt", import.meta.url));

/** The model that makes masks where a model needs them and none are given. */
export const BUNDLED_MASK_MODEL = fileURLToPath(
  new URL("../../models/phantom-hand-mask.pt", import.meta.url),
);

export const BUNDLED_WARNING =
  "no `model` is given: the bundled one is used. It was trained on synthetic radiographs (phantoms) and has never seen a " +
  "person's hand: its numbers mean nothing for people.";
