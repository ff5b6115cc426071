/** Loaded models for a test of the library, released at its end; and fixture models with other names and contracts. */
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BoneAgeModel, loadModel } from "../../src/index.js";
import { temporaryFolder } from "./temporary.js";

/** The models of the files, loaded, for the length of `use`. */
export async function withModels<T>(
  files: readonly string[],
  use: (...models: BoneAgeModel[]) => Promise<T>,
): Promise<T> {
  const models: BoneAgeModel[] = [];
  try {
    for (const file of files) models.push(await loadModel(file));
    return await use(...models);
  } finally {
    await Promise.all(models.map((model) => model.dispose()));
  }
}

/** The same model under another name, with fields of its contract beside it. */
export async function variant(file: string, as: string, contract: object): Promise<string> {
  const folder = await temporaryFolder();
  await symlink(file, join(folder, `${as}.pt`));
  await writeFile(join(folder, `${as}.json`), JSON.stringify(contract));
  return join(folder, `${as}.pt`);
}
