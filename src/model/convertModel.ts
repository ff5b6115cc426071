/** A checkpoint as a model that carries its contract: a TorchScript archive or safetensors. */

import { rm } from "node:fs/promises";
import type { z } from "zod";
import { modelFormat } from "../checkpoint/modelFormat.js";
import { formatOf, manifestText, saveNetwork } from "../checkpoint/saveNetwork.js";
import { MANIFEST_NAME } from "../contract/manifest.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { requireNew } from "../files/requireNew.js";
import { writeBeside } from "../files/writeFileAtomic.js";
import { type AnyNetworkConfig, native } from "../native.js";
import type { ConvertModelOptions } from "../options/calls/convertModelOptions.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { convertModelOptions } from "../options/modelFiles.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { type WrittenModel, writtenModel } from "./contractReport.js";
import { type OpenModel, openModel } from "./openModel.js";

type Options = z.infer<typeof convertModelOptions>;

/** The result of `convertModel`. */
export interface ConvertedModel extends WrittenModel {
  /** The network that was recognised in the checkpoint; null for a TorchScript model. */
  network: AnyNetworkConfig | null;
  /** Whether the checkpoint itself held a line that corrects the bias, in the unit that `biasUnit` stated. */
  hasOwnBias: boolean;
}

/**
 * Convert a checkpoint (Lightning, a state dict, safetensors) to a model with its contract inside. The network is
 * recognised from the checkpoint's tensors and hyper-parameters; nothing in it is executed. With `half` the source may
 * also be a TorchScript model, which keeps its contract.
 *
 * @param source The checkpoint, or its `file:` URL.
 * @param target The new file; its name decides the format unless `to` is given.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _MODEL_MISSING, _MODEL_UNREADABLE, _MODEL_UNTRUSTED, _CHECKPOINT,
 *   _CONTRACT, _OUTPUT, _LIBTORCH_…; the signal's reason when it is aborted, and no file is written then.
 */
export async function convertModel(
  source: PathArgument,
  target: PathArgument,
  given: ConvertModelOptions = {},
): Promise<ConvertedModel> {
  const file = requireArgument("source", pathArgument, source);
  const out = requireArgument("target", pathArgument, target);
  const options = requireOptions(convertModelOptions, given);
  const { signal } = options;
  signal?.throwIfAborted();
  const format = options.to ?? formatOf(out);
  await requireNew(out, options.overwrite);
  if (options.half && format !== "torchscript")
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      `half: 16-bit weights are for TorchScript, not for ${format}`,
      {
        remedy: "Leave half out, or write a TorchScript file.",
      },
    );
  if ((await modelFormat(file)) === "torchscript") requireHalving(file, options);
  try {
    await using opened = await openModel(file, options);
    await writeBeside(out, (temporary) => write(opened, temporary, options, format), signal);
    const { config: network, own, contract } = opened;
    const { biasSlope = 0 } = own.manifest;
    return { ...writtenModel(out, contract.manifest), network, hasOwnBias: biasSlope !== 0 };
  } catch (error) {
    signal?.throwIfAborted();
    throw toDeeplasiaError(error).at({ file });
  }
}

type Format = NonNullable<Options["to"]>;

async function write(
  opened: OpenModel,
  path: string,
  { half, trust, signal }: Options,
  format: Format,
): Promise<void> {
  const { model, config, own, contract } = opened;
  if (typeof model === "string") return halve(model, path, manifestText(own.manifest), trust);
  const network = { handle: model, config: config!, manifest: contract.manifest };
  if (!half) return saveNetwork(network, path, format);
  const wide = `${path}.wide`;
  try {
    await saveNetwork(network, wide, "torchscript");
    signal?.throwIfAborted();
    await halve(wide, path, manifestText(network.manifest), false);
  } finally {
    await rm(wide, { force: true });
  }
}

function halve(archive: string, path: string, manifest: string, trust: boolean): Promise<void> {
  return native().halveArchive(archive, path, MANIFEST_NAME, manifest, trust);
}

/** A TorchScript model can only be halved, and keeps the contract that it has. */
function requireHalving(file: string, { half, contract = {}, manifest }: Options): void {
  if (!half) {
    throw new DeeplasiaError("ERR_DEEPLASIA_CHECKPOINT", `${file} is a TorchScript model already`, {
      file,
      remedy: "Use it as it is; `deeplasia-native manifest write` puts a contract into it.",
    });
  }
  const fields = Object.entries({ ...contract, manifest }).filter(([, value]) => value !== undefined);
  if (fields.length === 0) return;
  const names = fields.map(([name]) => name).join(", ");
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `${names}: a TorchScript model keeps the contract that it has`,
    {
      file,
      remedy: "`deeplasia-native manifest write` changes it.",
    },
  );
}
