/** A file of weights as it was saved: its tensors by name, and what else it says. Nothing in it is executed. */
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { type CheckpointHandle, type NativeCheckpoint, native } from "../native.js";

export interface TensorFacts {
  /** Its place among the tensors of the file. */
  tensor: number;
  dtype: string;
  shape: number[];
}

export interface CheckpointContents {
  file: string;
  format: NativeCheckpoint["format"];
  handle: CheckpointHandle;
  /** The weights, in the order of the file. */
  tensors: Map<string, TensorFacts>;
  /** Lightning's hyper-parameters; empty where there are none. */
  hyperParameters: Record<string, unknown>;
  /** Everything that the file holds beside the weights: plain values, tensors as `{ $tensor, … }`. */
  entries: Record<string, unknown>;
}

/** Where savers of all kinds put the weights. */
const STATE_KEYS = ["state_dict", "model_state_dict", "model", "weights"];
/** What wrappers put before every name. */
const WRAPPERS = ["module.", "model.", "_orig_mod."];

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tensorFacts(value: unknown): TensorFacts | null {
  if (!isRecord(value) || typeof value.$tensor !== "number") return null;
  return { tensor: value.$tensor, dtype: String(value.dtype), shape: value.shape as number[] };
}

function tensorsOf(state: Record<string, unknown>): Map<string, TensorFacts> {
  const found = new Map<string, TensorFacts>();
  for (const [name, value] of Object.entries(state)) {
    const facts = tensorFacts(value);
    if (facts !== null) found.set(name, facts);
  }
  const names = [...found.keys()];
  const wrapper = WRAPPERS.find(
    (prefix) => names.length > 0 && names.every((name) => name.startsWith(prefix)),
  );
  if (wrapper === undefined) return found;
  return new Map([...found].map(([name, facts]) => [name.slice(wrapper.length), facts]));
}

function contentsOf(file: string, { format, json, handle }: NativeCheckpoint): CheckpointContents {
  const parsed: unknown = JSON.parse(json);
  const root = isRecord(parsed) ? parsed : {};
  const key = STATE_KEYS.find((name) => isRecord(root[name]) && tensorFacts(root[name]) === null);
  const tensors = tensorsOf(key === undefined ? root : (root[key] as Record<string, unknown>));
  if (tensors.size === 0) {
    const keys = Object.keys(root);
    const shown = keys.slice(0, 8).join(", ") + (keys.length > 8 ? ", …" : "");
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_CHECKPOINT",
      `${file} holds no weights: ${keys.length === 0 ? "it is not a dictionary" : `its keys are ${shown}`}`,
      { file, remedy: "Give a Lightning checkpoint, or what torch.save made of a state_dict()." },
    );
  }
  const entries = Object.fromEntries(
    Object.entries(root).filter(([name, value]) => name !== key && tensorFacts(value) === null),
  );
  const { hyper_parameters: hyperParameters } = entries;
  return {
    file,
    format,
    handle,
    tensors,
    hyperParameters: isRecord(hyperParameters) ? hyperParameters : {},
    entries,
  };
}

/**
 * Read a file of weights for the length of `body`; its memory is given back afterwards.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_CHECKPOINT for a file that is damaged, holds no weights, or asks for anything to
 *   be executed; ERR_DEEPLASIA_MODEL_MISSING.
 */
export async function withCheckpoint<T>(
  file: string,
  body: (contents: CheckpointContents) => T | Promise<T>,
): Promise<T> {
  let read: NativeCheckpoint;
  try {
    read = await native().readCheckpoint(file);
  } catch (error) {
    const { code, message, remedy } = toDeeplasiaError(error);
    throw new DeeplasiaError(code, `${file}: ${message}`, { file, remedy, cause: error });
  }
  try {
    return await body(contentsOf(file, read));
  } finally {
    await native().dispose(read.handle);
  }
}
