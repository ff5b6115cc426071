/** Names ZIP archives and folders that were given instead of a model, by the names of their contents. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

export interface NotAModel {
  /** After "FILE: …". */
  what: string;
  remedy: string;
}

/** Returns at most `length` bytes of a file from `start`; a negative `start` counts from the end. */
export async function readPiece(file: string, start: number, length: number): Promise<Buffer> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, start < 0 ? size + start : start);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The directory of every archive that occurs here fits into this many bytes at its end. */
const TAIL_BYTES = 1 << 20;

/** Returns the names of a ZIP archive's entries from the directory at its end; null if that is missing. */
function entryNames(tail: Buffer): string[] | null {
  const end = tail.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0 || end + 22 > tail.length) return null;
  // Archives of PyTorch have a second, wider record before that one; the directory ends where the first begins.
  const wide = tail.lastIndexOf("PK\x06\x06", end, "latin1");
  const isWide = wide >= 0 && wide + 76 === end;
  const size = isWide ? Number(tail.readBigUInt64LE(wide + 40)) : tail.readUInt32LE(end + 12);
  const directory = tail.subarray(Math.max(0, (isWide ? wide : end) - size), isWide ? wide : end);
  // After its four first bytes a record has 42 of other facts; the name's length stands among them.
  const records = directory.toString("latin1").split("PK\x01\x02").slice(1);
  return records.map((record) => record.slice(42, 42 + record.charCodeAt(24) + 256 * record.charCodeAt(25)));
}

const TO_TORCHSCRIPT = "Save that network as TorchScript in Python (torch.jit.trace, torch.jit.save).";
const FROM_ITS_SOURCE = "Give the PyTorch file of weights that it was made from.";

/** An entry by which an archive is identified; the first match counts. */
type Contents = readonly [content: RegExp, what: string, remedy: string];

const ZIPS: readonly Contents[] = [
  [/(^|\/)(data\/)?aotinductor\//, "a compiled AOTInductor package (.pt2)", TO_TORCHSCRIPT],
  [
    /(^|\/)(serialized_exported_program\.json|archive_format|models\/model\.json)$/,
    "a program of torch.export (.pt2)",
    TO_TORCHSCRIPT,
  ],
  [
    /(^|\/)\.data\/extern_modules$/,
    "a torch.package archive, which holds Python code",
    "Load it in Python, and save the weights alone: torch.save(model.state_dict(), FILE).",
  ],
  [/(^|\/)model\.weights\.h5$/, "a Keras model (.keras)", FROM_ITS_SOURCE],
  [/(^|\/)(saved_model|keras_metadata)\.pb$/, "a TensorFlow SavedModel in a ZIP archive", FROM_ITS_SOURCE],
  [/\.mlmodel$|(^|\/)com\.apple\.CoreML\//, "a Core ML model", FROM_ITS_SOURCE],
  [/(^|\/)\[Content_Types\]\.xml$/, "an Office document", "Give the file of weights itself."],
  [
    /^(AndroidManifest\.xml|META-INF\/MANIFEST\.MF)$/,
    "a program (JAR or APK)",
    "Give the file of weights itself.",
  ],
];

const LIKE_A_MODEL = /\.(pt|pth|ckpt|safetensors|bin|state)$/;

/**
 * Identifies a ZIP archive that is not a checkpoint; null for a file that is not a ZIP archive. Returns "torchscript" also
 * if the directory lies outside the bytes that are read: its reader then reports the fault.
 */
export async function zipFacts(file: string): Promise<NotAModel | "torchscript" | null> {
  if ((await readPiece(file, 0, 4)).toString("latin1") !== "PK\x03\x04") return null;
  const names = entryNames(await readPiece(file, -TAIL_BYTES, TAIL_BYTES));
  if (names === null)
    return {
      what: "the archive is damaged or incomplete: it begins as checkpoints and TorchScript do, and its end is missing",
      remedy: "Copy or download it again.",
    };
  if (names.some((name) => /^[^/]+\/constants\.pkl$/.test(name)) || names.length === 0) return "torchscript";
  const known = ZIPS.find(([content]) => names.some((name) => content.test(name)));
  if (known !== undefined) return { what: `${known[1]}, not a model or checkpoint`, remedy: known[2] };
  if (names.every((name) => name.endsWith(".npy")))
    return {
      what: "a NumPy archive (.npz), not a model or checkpoint",
      remedy: "Save the weights under the network's own names as safetensors, or by torch.save.",
    };
  return {
    what: `a ZIP archive, not a model or checkpoint; in it: ${shown(names)}`,
    remedy: names.some((name) => LIKE_A_MODEL.test(name))
      ? "Unpack it, and give the file of weights in it."
      : "Give a file of weights (.pt, .pth, .ckpt or .safetensors).",
  };
}

const SHOWN = 4;
const shown = (names: readonly string[]) =>
  names.slice(0, SHOWN).join(", ") + (names.length > SHOWN ? `, … (${names.length})` : "");

const FOLDERS: readonly Contents[] = [
  [
    /^\.metadata$/,
    "a folder of torch.distributed.checkpoint (DCP)",
    "Make one file of it: python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER NEW.pt.",
  ],
  [
    /^zero_to_fp32\.py$/,
    "a folder of DeepSpeed",
    "Make one file of it with the script in it: python FOLDER/zero_to_fp32.py FOLDER NEW.pt.",
  ],
  [/^saved_model\.pb$/, "a TensorFlow SavedModel", FROM_ITS_SOURCE],
  [
    /\.index\.json$/,
    "a Hugging Face folder with the weights in several files",
    "Join them in Python into one state dict, and torch.save it.",
  ],
  [
    /^data\.pkl$/,
    "a checkpoint that was unpacked",
    "Give the file as torch.save wrote it; do not unpack it.",
  ],
];

/** Identifies a folder by the names of its files. */
export async function folderFacts(folder: string): Promise<NotAModel> {
  const names = (await readdir(folder).catch(() => [])).sort();
  const known = FOLDERS.find(([content]) => names.some((name) => content.test(name)));
  if (known !== undefined) return { what: `${known[1]}, not a model file`, remedy: known[2] };
  const models = names.filter((name) => LIKE_A_MODEL.test(name));
  const run = names.includes("ckp") ? (await readdir(join(folder, "ckp")).catch(() => [])).sort() : [];
  models.push(...run.filter((name) => /\.(pt|ckpt)$/.test(name)).map((name) => `ckp/${name}`));
  return {
    what: `a folder, not a model file${models.length > 0 ? `; in it: ${shown(models)}` : ""}`,
    remedy:
      models.length === 0 ? "Give the model's own file." : `Give a file in it: ${join(folder, models[0]!)}.`,
  };
}
