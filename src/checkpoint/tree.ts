/** The content of a file of weights as native code describes it: a tree of plain values and tensors. */
import { plural } from "../plural.js";

export interface TensorFacts {
  /** Its number among the tensors of the file. */
  tensor: number;
  dtype: string;
  shape: number[];
}

/** One tensor and its position in the tree. */
export interface Leaf {
  /** Keys and list indices on the way to the dictionary or list that holds it. */
  path: readonly string[];
  /** Its own key there. */
  key: string;
  facts: TensorFacts;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function tensorFacts(value: unknown): TensorFacts | null {
  if (!isRecord(value) || typeof value.$tensor !== "number") return null;
  return { tensor: value.$tensor, dtype: String(value.dtype), shape: value.shape as number[] };
}

/** Whether a value is an optimiser's state_dict(), under whatever key. */
function isOptimizer(value: unknown): boolean {
  return isRecord(value) && Array.isArray(value.param_groups);
}

/** `[("backbone…", tensor), …]`, as list(state.items()) gives it. */
function isPairs(value: unknown): value is [string, unknown][] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string")
  );
}

/** Keys and values of a dictionary or list; none of anything else. */
export function childrenOf(value: unknown): [key: string, value: unknown][] {
  if (isPairs(value)) return value;
  if (Array.isArray(value)) return value.map((item, i) => [String(i), item]);
  return isRecord(value) ? Object.entries(value) : [];
}

/** Returns all tensors in the order of the file, except those of optimisers. */
export function leavesOf(value: unknown, path: readonly string[] = []): Leaf[] {
  if (isOptimizer(value)) return [];
  return childrenOf(value).flatMap(([key, child]) => {
    const facts = tensorFacts(child);
    return facts === null ? leavesOf(child, [...path, key]) : [{ path, key, facts }];
  });
}

/** Describes a tree without weights in a few words. */
export function treeText(root: unknown): string {
  if (isRecord(root) && !isOptimizer(root) && tensorFacts(root) === null && Object.keys(root).length > 0)
    return `its keys are ${keysText(Object.entries(root))}`;
  return `it is ${valueText(root) || "one value"}`;
}

const SHOWN = 8;

function keysText(entries: readonly [string, unknown][]): string {
  const shown = entries.slice(0, SHOWN).map(([key, value]) => {
    const what = valueText(value);
    return what === "" ? key : `${key} (${what})`;
  });
  return shown.join(", ") + (entries.length > SHOWN ? ", …" : "");
}

/** Describes a value that a user may have taken for weights; empty for others. */
function valueText(value: unknown): string {
  if (isOptimizer(value)) return "an optimiser's state";
  const facts = tensorFacts(value);
  if (facts !== null) return `one tensor [${facts.shape.join(", ")}]`;
  if (isRecord(value)) return Object.keys(value).length === 0 ? "an empty dictionary" : "";
  if (!Array.isArray(value)) return "";
  const tensors = value.filter((item) => tensorFacts(item) !== null).length;
  return tensors > 0
    ? `a list of ${plural(tensors, "tensor")} without names`
    : `a list of length ${value.length}`;
}
