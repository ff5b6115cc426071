/** Writes networks and their contracts to files. */
import { extname } from "node:path";
import { DESCRIPTIVE_FIELDS, MANIFEST_NAME, type Manifest } from "../contract/manifest.js";
import { writeBeside } from "../files/writeFileAtomic.js";
import { type AnyNetworkConfig, type NetworkHandle, native } from "../native.js";
import type { WRITTEN_FORMATS } from "../options/modelFiles.js";
import { NETWORK_METADATA } from "./recognise.js";

/** Format of a model that is written. */
export type WrittenFormat = (typeof WRITTEN_FORMATS)[number];

/** The format that the name of a new model asks for. */
export function formatOf(file: string): WrittenFormat {
  return extname(file) === ".safetensors" ? "safetensors" : "torchscript";
}

/** Native code replaces this text by the digest of the weights (native/network/digest.h). */
const DIGEST_PLACE = "@";

/** Returns the text of a manifest for a model file: without empty descriptions, with a placeholder for the digest. */
export function manifestText(manifest: Manifest): string {
  const stated = Object.entries(manifest).filter(
    ([field, value]) =>
      value !== undefined && (value !== "" || !DESCRIPTIVE_FIELDS.includes(field as keyof Manifest)),
  );
  const complete = { ...Object.fromEntries(stated), weightsDigest: DIGEST_PLACE };
  return `${JSON.stringify(complete, null, 2)}\n`;
}

/**
 * Copy a TorchScript archive to `out` with another manifest; code and weights are unchanged. `out` may be the archive
 * itself: it appears whole or not at all. Throws ERR_DEEPLASIA_OUTPUT, _MODEL_UNREADABLE, _MODEL_UNTRUSTED,
 * and the reason of an aborted signal.
 */
export async function writeArchiveManifest(
  archive: string,
  out: string,
  manifest: Manifest,
  { trust, signal }: { trust: boolean; signal?: AbortSignal | undefined },
): Promise<void> {
  const text = manifestText(manifest);
  const write = (temporary: string) =>
    native().writeExtraFile(archive, temporary, MANIFEST_NAME, text, trust);
  await writeBeside(out, write, signal);
}

/** Write a network to `path`, which is overwritten. Throws ERR_DEEPLASIA_OUTPUT. */
export async function saveNetwork(
  { handle, config, manifest }: { handle: NetworkHandle; config: AnyNetworkConfig; manifest: Manifest },
  path: string,
  format: WrittenFormat,
): Promise<void> {
  const text = manifestText(manifest);
  if (format === "torchscript") return native().saveNetwork(handle, path, MANIFEST_NAME, text);
  const metadata = { [MANIFEST_NAME]: text, [NETWORK_METADATA]: JSON.stringify(config) };
  return native().saveTensors(handle, path, metadata);
}
