import type { DecodedPicture } from "./decodedPicture.js";
import type { LentPicture } from "./readPicture.js";

/** A place where decoded pictures are kept. */
export interface PictureStore {
  /** Resolves to the picture under the key; null if there is none. */
  find(key: CacheKey): Promise<LentPicture | null>;
  /** Stores a picture if there is space, and lends it to the caller in any case. Never throws. */
  keep(key: CacheKey, picture: DecodedPicture): Promise<LentPicture>;
}

/** The key of a cached picture. */
export interface CacheKey {
  /** The role (picture or mask) and the absolute path. */
  name: string;
  /** Size and modification time of the file, and the longer side to which it is scaled. */
  state: string;
}
