/** The digests of downloaded files as they were seen first: a file that changes later is refused. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isSystemError } from "../errors.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { modelsHome } from "./home.js";

const pinsSchema = z.record(z.string(), z.string());
const file = () => join(modelsHome(), "pins.json");

async function pins(): Promise<Record<string, string>> {
  try {
    return pinsSchema.parse(JSON.parse(await readFile(file(), "utf8")));
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return {};
    throw error;
  }
}

/** The digest of the file at an address; undefined where it was never downloaded. */
export async function pinOf(source: string): Promise<string | undefined> {
  return (await pins())[source];
}

export async function pin(source: string, sha256: string): Promise<void> {
  await writeFileAtomic(file(), `${JSON.stringify({ ...(await pins()), [source]: sha256 }, null, 2)}\n`);
}
