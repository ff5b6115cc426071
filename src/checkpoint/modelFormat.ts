/** Detects the format of a model's file, and names files that are not models. */
import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { native } from "../native.js";
import { nearestHint } from "../nearest.js";
import { folderFacts, type NotAModel, zipFacts } from "./foreignContainer.js";
import { fileFacts } from "./foreignFile.js";

export type ModelFormat = "torchscript" | "checkpoint" | "safetensors";

function unreadable(file: string, { what, remedy }: NotAModel): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_MODEL_UNREADABLE", `${file}: ${what}`, { file, remedy });
}

/**
 * Returns the format of a model's file. Its reader checks whether the file is complete and holds a network.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE for anything but a file of weights or TorchScript.
 */
export async function modelFormat(file: string): Promise<ModelFormat> {
  const kind = await pathKind(file);
  if (kind === null) {
    const near = nearestHint(basename(file), await readdir(dirname(file)).catch(() => []));
    throw new DeeplasiaError("ERR_DEEPLASIA_MODEL_MISSING", `${file}: no such model file${near}`, { file });
  }
  if (kind === "folder") throw unreadable(file, await folderFacts(file));
  if (kind === "other") {
    const remedy = "Give a regular file.";
    throw unreadable(file, { what: "a device, a pipe or a socket, not a model file", remedy });
  }
  const format = await native()
    .modelFileKind(file)
    .catch((error) => {
      throw new DeeplasiaError("ERR_DEEPLASIA_MODEL_MISSING", `cannot read ${file}`, { file, cause: error });
    });
  if (format !== "torchscript") return format;
  const found = (await zipFacts(file)) ?? (await fileFacts(file));
  if (found !== "torchscript") throw unreadable(file, found);
  return "torchscript";
}

/** Refuses files that do not hold weights, and TorchScript too. */
export async function requireWeights(file: string): Promise<void> {
  if ((await modelFormat(file)) !== "torchscript") return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CHECKPOINT",
    `${file} is a TorchScript archive, which is a program, not a file of weights`,
    {
      file,
      remedy: "Give a file of weights: a state dict that torch.save wrote, or safetensors.",
    },
  );
}

/** Names that a pickle imports, and what they mean. The first match counts. */
const ASKED: readonly [name: RegExp, what: string, remedy: string][] = [
  [
    /_rebuild_qtensor$|^torch\.q(u?int|scheme|per_)|^torch\.per_(tensor|channel)|quantiz/i,
    "its weights are quantised",
    "Give the weights before quantisation, or export that network as TorchScript (torch.jit.trace, torch.jit.save).",
  ],
  [
    /^torch\.distributed\.|DTensor|ShardedTensor/,
    "it is one process's share of the weights (DTensor)",
    "Save the whole network in Python: torch.distributed.checkpoint.state_dict.get_model_state_dict with " +
      "StateDictOptions(full_state_dict=True).",
  ],
  [
    /^(?!os\.|posix\.|nt\.|sys\.|subprocess\.|builtins\.|__builtin__\.|io\.|shutil\.|socket\.).*\.[A-Z]\w*$|^torch\.fx\./,
    "a Python object was saved whole, not the weights alone",
    "Save the weights alone in Python, where that class is known: torch.save(model.state_dict(), FILE).",
  ],
];

/** Adds to an error of the native reader the file, and what to do about it. */
export function refused(file: string, error: unknown): DeeplasiaError {
  const { code, message, remedy } = toDeeplasiaError(error);
  const wanted = /it asks (?:for|to make a) ([\w.<>?]+)/.exec(message)?.[1];
  const known = wanted === undefined ? undefined : ASKED.find(([name]) => name.test(wanted));
  return new DeeplasiaError(code, `${file}: ${message}${known === undefined ? "" : ` (${known[1]})`}`, {
    file,
    remedy: known?.[2] ?? remedy,
    cause: error,
  });
}
