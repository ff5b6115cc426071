import { sha256OfFile } from "../files/sha256OfFile.js";
import { openPack } from "./openPacks.js";

/** SHA-256 of a file of rows; of a pack the one in it, because its pictures may be terabytes. */
export async function digestOfTable(path: string): Promise<string> {
  return (await openPack(path))?.header.digest ?? sha256OfFile(path);
}
