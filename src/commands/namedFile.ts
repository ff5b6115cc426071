import { pathKind } from "../files/pathKind.js";
import type { NamedFile } from "../predictionFiles/memberNames.js";

/**
 * A file as a command line gives it: `path`, or `name=path`. Folders may have `=` in their names (`lr=0.1/best.pt`), so a path
 * that exists is a path.
 */
export async function namedFile(given: string): Promise<NamedFile> {
  const [, name, file] = /^([^/=]+)=(.+)$/.exec(given) ?? [];
  if (name === undefined || file === undefined || (await pathKind(given)) !== null)
    return { file: given, name: null };
  return { file, name };
}
