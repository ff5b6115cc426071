/**
 * Where a model's contract is stated: in the model's own file, in a manifest beside it, in a manifest file that is given,
 * and in options. Later sources win field by field; nothing is guessed.
 */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { native } from "../native.js";
import { MANIFEST_NAME, type Manifest, parseManifestText } from "./manifest.js";

export interface ContractSource {
  /** For messages: `archive`, a file's path, `options`, `default`. */
  origin: string;
  manifest: Manifest;
}

/** The manifest in a file; undefined if there is no such file. */
export async function readManifestFile(file: string): Promise<Manifest | undefined> {
  try {
    return parseManifestText(await readFile(file, "utf8"), file);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
    if (error instanceof DeeplasiaError) throw error;
    const text = `cannot read the manifest ${file}: ${(error as Error).message}`;
    throw new DeeplasiaError("ERR_DEEPLASIA_CONTRACT", text, { file, cause: error });
  }
}

/** Files beside a model that may hold its manifest: `hand.json` or `hand.pt.json` for `hand.pt`. */
export function sidecarFiles(modelFile: string): string[] {
  const stem = modelFile.slice(0, modelFile.length - extname(modelFile).length);
  return [...new Set([`${stem}.json`, `${modelFile}.json`])];
}

/** The manifest inside a TorchScript archive, if there is one. */
export async function archiveSources(modelFile: string): Promise<ContractSource[]> {
  const inside = await native().readExtraFile(modelFile, MANIFEST_NAME);
  if (inside === null) return [];
  return [{ origin: "archive", manifest: parseManifestText(inside, `${modelFile} (${MANIFEST_NAME})`) }];
}

export interface StatedContract {
  /** A manifest file; it must exist. */
  manifestFile?: string | undefined;
  /** Single fields. */
  fields?: Manifest | undefined;
}

/** Returns all sources of a model's contract, weakest first; `inside` are the sources in its own file. */
export async function contractSources(
  modelFile: string,
  inside: readonly ContractSource[],
  { manifestFile, fields = {} }: StatedContract = {},
): Promise<ContractSource[]> {
  const sources = [...inside];
  for (const file of sidecarFiles(modelFile)) {
    const manifest = await readManifestFile(file);
    if (manifest !== undefined) sources.push({ origin: file, manifest });
  }
  if (manifestFile !== undefined) {
    const manifest = await readManifestFile(manifestFile);
    if (manifest === undefined)
      throw new DeeplasiaError("ERR_DEEPLASIA_CONTRACT", `${manifestFile}: there is no such manifest`, {
        file: manifestFile,
        remedy: "Check the path of the manifest.",
      });
    sources.push({ origin: manifestFile, manifest });
  }
  return [...sources, { origin: "options", manifest: fields }];
}
