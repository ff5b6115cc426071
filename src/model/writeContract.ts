/** A loaded model's file with other fields of its contract: a copy of it, or the file itself. */
import { resolve } from "node:path";
import { modelFormat } from "../checkpoint/modelFormat.js";
import { writeArchiveManifest } from "../checkpoint/saveNetwork.js";
import type { Manifest } from "../contract/manifest.js";
import { DeeplasiaError } from "../errors.js";
import { makeFolderOf } from "../files/makeFolder.js";
import type { BoneAgeModel } from "./boneAgeModel.js";
import { BUNDLED_MODEL } from "./bundled.js";
import { convertModel } from "./convertModel.js";

/**
 * Writes a model to `out` with the contract that it was loaded with, changed by `fields`; a checkpoint becomes TorchScript.
 * An existing file is replaced.
 *
 * Throws ERR_DEEPLASIA_OUTPUT, and what `writeManifest` and `convertModel` throw.
 */
export async function writeContract(
  { file, merged, settings, reading }: BoneAgeModel,
  out: string,
  fields: Manifest,
): Promise<void> {
  const manifest = { ...merged.manifest, ...fields };
  await makeFolderOf(out);
  if ((await modelFormat(file)) === "torchscript")
    return writeArchiveManifest(file, out, manifest, { trust: settings.trust });
  await convertModel(file, out, { ...reading, contract: manifest, overwrite: true });
}

/** Throws `ERR_DEEPLASIA_OPTION` for an ensemble, and a model that must not be changed or has no place for a contract. */
export async function requireChangeable(models: readonly BoneAgeModel[]): Promise<void> {
  const [{ file }, ...others] = models as [BoneAgeModel, ...BoneAgeModel[]];
  if (others.length > 0)
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      "`inPlace`: the correction of an ensemble belongs to none of its models",
      {
        remedy: "Leave `inPlace` out, or evaluate each model by itself.",
      },
    );
  const isBundled = resolve(file) === BUNDLED_MODEL;
  if (!isBundled && (await modelFormat(file)) === "torchscript") return;
  const why = isBundled ? "is the bundled model" : "is a checkpoint, which has no place for a contract";
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`inPlace\`: ${file} ${why}`, {
    file,
    remedy: "Leave `inPlace` out: a copy of the model is written.",
  });
}
