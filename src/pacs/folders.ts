/** The two folders of `watch`: where DICOM files come in, and where results go. Both are this process's alone. */
import { realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { makeFolder } from "../files/makeFolder.js";
import { pathKind } from "../files/pathKind.js";
import { type Lock, lockFolder } from "../lock.js";

export interface WatchFolders extends AsyncDisposable {
  /** Where files come in. */
  input: string;
  /** Where results go. */
  output: string;
  /** Files in work; below `input`, because only a rename on one file system is atomic. */
  work: string;
  /** Results that are not complete; below `output` for the same reason. */
  staged: string;
}

/** Folders of our own; files and folders whose names begin with a dot are nobody's input. */
const OWN = ".deeplasia";

/** @throws DeeplasiaError ERR_DEEPLASIA_OPTION for folders that cannot be used; _OUTPUT where another service uses them. */
export async function openWatchFolders([input, output]: readonly [string, string]): Promise<WatchFolders> {
  const kind = await pathKind(input);
  if (kind !== "folder")
    throw unusable(
      `${input} is ${kind === null ? "not there" : "no folder"}`,
      "Make it, or correct the path.",
    );
  await makeFolder(output);
  const [real, realOutput] = [await realpath(input), await realpath(output)];
  if (isWithin(real, realOutput) || isWithin(realOutput, real))
    throw unusable(`${input} and ${output} lie one in the other`, "Give two folders beside each other.");
  const [work, staged] = [join(real, OWN), join(realOutput, OWN)];
  const locks: Lock[] = [];
  const release = async () => {
    for (const lock of locks) await lock.release();
  };
  try {
    for (const folder of [work, staged]) {
      await makeFolder(folder);
      locks.push(await lockFolder(folder));
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { input: real, output: realOutput, work, staged, [Symbol.asyncDispose]: release };
}

const isWithin = (folder: string, outer: string) => {
  const way = relative(outer, folder);
  return way.split(sep)[0] !== "..";
};

function unusable(what: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`watch\`: ${what}`, { remedy });
}
