/** Every libtorch on this machine. */
import { compiledFor } from "./addon.js";
import { type Search, searchLibtorch } from "./searchLibtorch.js";

/** List every libtorch that is found, in the order of the search, and which one is used and why. Loads none. */
export function listLibtorch(): Search {
  return searchLibtorch({ versions: compiledFor(), headers: false }, { all: true });
}
