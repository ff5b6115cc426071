/** A known model, downloaded and installed. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { downloadFile } from "../registry/downloadFile.js";
import type { RegistryEntry } from "../registry/entries.js";
import { modelsHome } from "../registry/home.js";
import { pin, pinOf } from "../registry/pins.js";
import { type AddedModel, addModel } from "./addModel.js";

export interface GetModelOptions {
  cropSize?: number | undefined;
  overwrite?: boolean | undefined;
  /** How far each file is: its path, bytes, and all bytes where the server states them. */
  onProgress?: ((path: string, done: number, total: number | null) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Where the hub is, by the variable that its own programs read: a mirror in a clinic, or a server in a test. */
const hub = () => `${(process.env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "")}/`;

/**
 * Download a known model and install it. What an interrupted call got is kept, and the next one resumes there.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_DOWNLOAD, _OUTPUT, and what `addModel` throws; the signal's reason.
 */
export async function getModel(entry: RegistryEntry, options: GetModelOptions = {}): Promise<AddedModel> {
  if (entry.files.length === 0)
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${entry.name} cannot be downloaded`, {
      remedy: entry.onRequest ?? "Add its folder.",
    });
  const folder = join(modelsHome(), `.getting-${entry.name}`);
  for (const { path, source, bytes, sha256 } of entry.files) {
    const file = join(folder, path);
    if ((await pathKind(file)) === "file") continue;
    const { cropSize: _, overwrite: __, onProgress, signal } = options;
    const found = await downloadFile({
      ...{ url: new URL(hub() + source), file, bytes, signal },
      sha256: sha256 ?? (await pinOf(source)),
      onProgress: (done, total) => onProgress?.(path, done, total),
    });
    await pin(source, found.sha256);
  }
  const { cropSize, overwrite } = options;
  const added = await addModel(folder, { name: entry.name, cropSize, overwrite, source: entry.page });
  await rm(folder, { recursive: true, force: true });
  return added;
}
