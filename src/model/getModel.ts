/** A known model, downloaded and installed. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import type { GetModelOptions } from "../options/calls/getModelOptions.js";
import { getModelOptions } from "../options/models.js";
import { downloadFile } from "../registry/downloadFile.js";
import { modelsHome } from "../registry/home.js";
import { pin, pinOf } from "../registry/pins.js";
import { requireOptions } from "../schema/checkValue.js";
import { type AddedModel, installFrom } from "./addModel.js";
import { requireEntry } from "./listModels.js";

/** Where the hub is, by the variable that its own programs read: a mirror in a clinic, or a server in a test. */
const hub = () => `${(process.env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "")}/`;

/**
 * Download a known model and install it, which accepts its licence (`showModel`). What an interrupted call got is kept, and the
 * next one resumes there.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _DOWNLOAD, _OUTPUT, and what `addModel` throws; the signal's reason.
 */
export async function getModel(name: string, given: GetModelOptions = {}): Promise<AddedModel> {
  const { onProgress, signal, ...options } = requireOptions(getModelOptions, given);
  const entry = requireEntry(name);
  if (entry.files.length === 0)
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${entry.name} cannot be downloaded`, {
      remedy: entry.onRequest ?? "Add its folder.",
    });
  const folder = join(modelsHome(), `.getting-${entry.name}`);
  for (const { path, source, bytes, sha256 } of entry.files) {
    const file = join(folder, path);
    if ((await pathKind(file)) === "file") continue;
    const found = await downloadFile({
      ...{ url: new URL(hub() + source), file, bytes, signal },
      sha256: sha256 ?? (await pinOf(source)),
      onProgress: (done, total) => onProgress?.({ path, done, total }),
    });
    await pin(source, found.sha256);
  }
  const added = await installFrom(folder, { ...options, name: entry.name, source: entry.page });
  await rm(folder, { recursive: true, force: true });
  return added;
}
