/** Names a file that was given instead of a model. */
import { extname } from "node:path";
import { FILE_HEAD_BYTES, fileKind } from "../files/fileKind.js";
import { type NotAModel, readPiece } from "./foreignContainer.js";

const FORMATS =
  "Give a Lightning checkpoint, a state_dict() that torch.save wrote, safetensors, or a TorchScript archive; copy or " +
  "download it again if it was cut short.";

/** Text files that lie beside models, by their content. */
const TEXTS: readonly [content: RegExp, what: string, remedy: string][] = [
  [
    /"weight_map"\s*:/,
    "the index of weights that lie in several files, not the weights",
    "Join them in Python into one state dict, and torch.save it.",
  ],
  [
    /"formatVersion"\s*:/,
    "a model's contract (manifest), not the model",
    "Give the model's own file; `manifest` takes this one.",
  ],
];

/** Identifies a file by its first bytes. */
export async function fileFacts(file: string): Promise<NotAModel> {
  const head = await readPiece(file, 0, FILE_HEAD_BYTES);
  if (head.length === 0) return { what: "the model file is empty", remedy: "Copy or download it again." };
  const text = head.toString("latin1");
  const known = /^\s*\{/.test(text) ? TEXTS.find(([content]) => content.test(text)) : undefined;
  if (known !== undefined) return { what: known[1], remedy: known[2] };
  const kind = fileKind(head);
  if (kind !== null) return { what: `${kind.name}, not a model or checkpoint`, remedy: kind.modelRemedy };
  const end = extname(file).toLowerCase();
  if (end === ".onnx") return { what: "no file of PyTorch; an ONNX model by its name", remedy: FORMATS };
  return { what: "neither a checkpoint of PyTorch, nor safetensors, nor TorchScript", remedy: FORMATS };
}
