/** A contract put into a TorchScript model. */

import { modelFormat } from "../checkpoint/modelFormat.js";
import { writeArchiveManifest } from "../checkpoint/saveNetwork.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { requireNew } from "../files/requireNew.js";
import type { WriteManifestOptions } from "../options/calls/writeManifestOptions.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { writeManifestOptions } from "../options/modelFiles.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { type WrittenModel, writtenModel } from "./contractReport.js";
import { openModel } from "./openModel.js";

/**
 * Copy a TorchScript model with a contract inside: the model's own, overridden by the manifest beside it, by the file
 * `manifest`, and by the fields of `contract`. Code and weights are copied unchanged.
 *
 * @param source The model, or its `file:` URL.
 * @param target The new archive.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _MODEL_MISSING, _MODEL_UNREADABLE also for a checkpoint, _MODEL_UNTRUSTED,
 *   _CONTRACT, _OUTPUT, _LIBTORCH_…; the signal's reason when it is aborted, and no file is written then.
 */
export async function writeManifest(
  source: PathArgument,
  target: PathArgument,
  given: WriteManifestOptions = {},
): Promise<WrittenModel> {
  const file = requireArgument("source", pathArgument, source);
  const out = requireArgument("target", pathArgument, target);
  const { overwrite, trust, ...options } = requireOptions(writeManifestOptions, given);
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    await requireNew(out, overwrite);
    if ((await modelFormat(file)) !== "torchscript") throw checkpointHasNone(file, out);
    await using opened = await openModel(file, options);
    const { manifest } = opened.contract;
    await writeArchiveManifest(file, out, manifest, { trust, signal });
    return writtenModel(out, manifest);
  } catch (error) {
    signal?.throwIfAborted();
    throw toDeeplasiaError(error).at({ file });
  }
}

function checkpointHasNone(file: string, out: string): DeeplasiaError {
  return new DeeplasiaError(
    "ERR_DEEPLASIA_MODEL_UNREADABLE",
    `${file} is a checkpoint, which has no place for a contract`,
    {
      file,
      remedy: `Convert it to a model, with the same options: deeplasia-native convert ${file} ${out}.`,
    },
  );
}
