/** The folder of installed models, one folder a model, and what lies there. */
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";

const RECORD = "installed.json";

/** A file of an installed model. */
export interface InstalledFile {
  /** Its path in the model's folder. */
  path: string;
  /** Its size. */
  bytes: number;
  /** Its SHA-256 when it was installed, in hex. */
  sha256: string;
}

/** What is written of an installed model, beside its files. */
export interface InstalledRecord {
  /** Version of this format. */
  version: 1;
  /** The name under which it is installed. */
  name: string;
  /** Where its files came from. */
  source: string;
  /** Files with weights that predict bone ages; several are an ensemble. */
  weights: string[];
  /** Every file of the model. */
  files: InstalledFile[];
}

const installedSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  source: z.string(),
  weights: z.array(z.string()).min(1),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
}) satisfies z.ZodType<InstalledRecord>;

/** Returns `DEEPLASIA_MODELS`, else `$XDG_DATA_HOME/deeplasia-native/models`, else `~/.local/share/deeplasia-native/models`. */
export function modelsHome(): string {
  const { DEEPLASIA_MODELS: own, XDG_DATA_HOME: shared } = process.env;
  if (own) return resolve(own);
  return join(shared ? resolve(shared) : join(homedir(), ".local/share"), "deeplasia-native/models");
}

export const folderOf = (name: string) => join(modelsHome(), name);

/** Names are those of folders, and never look like a path or a file of weights. */
export const isModelName = (text: string) => /^[a-z0-9][a-z0-9-]{0,63}$/.test(text);

/** What is installed under a name; null where nothing is. Throws ERR_DEEPLASIA_MODEL_UNREADABLE for a damaged record. */
export async function installedModel(name: string): Promise<InstalledRecord | null> {
  if (!isModelName(name)) return null;
  const file = join(folderOf(name), RECORD);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return null;
    throw damaged(file, name, error);
  }
  try {
    return installedSchema.parse(JSON.parse(text));
  } catch (error) {
    throw damaged(file, name, error);
  }
}

function damaged(file: string, name: string, cause: unknown): DeeplasiaError {
  const text = `the record of the installed model ${name} cannot be read: ${file}`;
  return new DeeplasiaError("ERR_DEEPLASIA_MODEL_UNREADABLE", text, {
    file,
    cause,
    remedy: `\`deeplasia-native models remove ${name}\`, then get or add it again.`,
  });
}

export function writeInstalled(folder: string, installed: InstalledRecord): Promise<void> {
  return writeFileAtomic(join(folder, RECORD), `${JSON.stringify(installed, null, 2)}\n`);
}

/** The names of all installed models. */
export async function installedNames(): Promise<string[]> {
  const names = (await readdir(modelsHome()).catch(() => [] as string[])).filter(isModelName).sort();
  const found = await Promise.all(
    names.map(async (name) => ((await installedModel(name)) === null ? [] : [name])),
  );
  return found.flat();
}
