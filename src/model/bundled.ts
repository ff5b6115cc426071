/** The model that the package brings along, so that everything can be tried: it learnt from synthetic pictures alone. */
import { fileURLToPath } from "node:url";

export const BUNDLED_MODEL = fileURLToPath(new URL("../../models/phantom-b0.pt", import.meta.url));

export const BUNDLED_WARNING =
  "no --ckp_path: the bundled model is used. It was trained on synthetic radiographs (phantoms) and has never seen a " +
  "person's hand: its numbers mean nothing for people.";
