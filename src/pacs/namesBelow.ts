/** The files in a folder and in its sub-folders. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Returns their paths below the folder. Hidden ones are being written, or are ours; links are not followed. */
export async function namesBelow(folder: string, below = ""): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((error) => {
    // A sub-folder may be gone by now.
    if (below === "") throw error;
    return [];
  });
  const names: string[] = [];
  for (const entry of entries) {
    const name = join(below, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isFile()) names.push(name);
    if (entry.isDirectory()) names.push(...(await namesBelow(folder, name)));
  }
  return names;
}
