/**
 * Finds the weights in a file. Programs save them under any key at any depth, and wrappers (DistributedDataParallel,
 * torch.compile, FSDP, averages, Lightning modules) add prefixes to the names. So no key is assumed: a network is found
 * by its own parameter names, and all prefixes are removed.
 */

import { DeeplasiaError } from "../errors.js";
import { nearestHint } from "../nearest.js";
import { plural } from "../plural.js";
import {
  familyOf,
  isCropperNetwork,
  isExpectationNetwork,
  isMaskNetwork,
  isPart,
  prefixOf,
} from "./families.js";
import { imagenetPrefix } from "./imagenet.js";
import { type Leaf, leavesOf, type TensorFacts, treeText } from "./tree.js";

export interface Weights {
  /** Keys and wrappers on the way to the weights, joined by dots; empty for the file's top level. */
  name: string;
  /** The tensors by the network's own names, in the order of the file. */
  tensors: Map<string, TensorFacts>;
  /** Keys of the dictionaries on the way to the weights. */
  path: readonly string[];
  /** Other weights in the file, by their names. */
  others: string[];
}

/** Names that wrappers insert at any depth. No network of ours has a part with such a name. */
const WRAPPERS = new Set([
  "module",
  "_orig_mod",
  "_forward_module",
  "_fsdp_wrapped_module",
  "_fpw_module",
  "_checkpoint_wrapped_module",
]);

/** Names of tensors that are not weights: counters of averages and trainers, losses, metrics. */
const BESIDE =
  /^(?:n_averaged|num_updates|decay|initted|steps?|global_step|epoch)$|(?:^|[._])(?:loss|criterion|metrics?|ema)(?:[._]|$)|^(?:\w+_)?(?:mad|mae|mse|rmse|acc|accuracy|auroc)(?:\.|$)/;

interface Named extends Leaf {
  /** Path and key without wrappers. */
  full: string;
  /** The same of the key alone. */
  own: string;
  holder: string;
}

/** Optimisers keep tensors under the names of the weights that they update. */
const OPTIMIZER = /(?:^|\.)optim[a-z]*(?:_states?|_state_dict)?\./i;

const unwrapped = (name: string) =>
  name
    .split(".")
    .filter((part) => !WRAPPERS.has(part))
    .join(".");

function named(leaves: readonly Leaf[]): Named[] {
  const taken = new Set<string>();
  return leaves.map((leaf) => {
    const raw = [...leaf.path, leaf.key].join(".");
    const cleaned = unwrapped(raw);
    // If two tensors get the same name, the second keeps its full name, which fits no network.
    const full = taken.has(cleaned) ? raw : cleaned;
    taken.add(full);
    return { ...leaf, full, own: unwrapped(leaf.key), holder: leaf.path.join("\0") };
  });
}

/** Returns the prefixes of whole networks; those of ImageNet backbones if there is no network of ours. */
function prefixesOf(all: readonly Named[]): { prefixes: string[]; isOurs: boolean } {
  const found = new Set(all.map(({ full }) => prefixOf(full)).filter((prefix) => prefix !== null));
  const names = all.map(({ full }) => full);
  const ours = [...found].filter((prefix) => {
    const inside = names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    return (
      familyOf(inside) !== null ||
      isMaskNetwork(inside) ||
      isExpectationNetwork(inside) ||
      isCropperNetwork(inside)
    );
  });
  if (ours.length > 0) return { prefixes: ours, isOurs: true };
  const theirs = new Set(names.map(imagenetPrefix).filter((prefix) => prefix !== null));
  return { prefixes: [...theirs], isOurs: false };
}

/** Returns the weights with a prefix, and other tensors in the same dictionaries that may belong to the network. */
function weightsBehind(prefix: string, all: readonly Named[], prefixes: readonly string[], isOurs: boolean) {
  const longestFirst = prefixes.toSorted((a, b) => b.length - a.length);
  const ownerOf = ({ full }: Named) => longestFirst.find((other) => full.startsWith(other));
  const own = all.filter((leaf) => ownerOf(leaf) === prefix);
  const rest = ({ full }: Named) => full.slice(prefix.length);
  const parts = own.filter((leaf) => (isOurs ? isPart(rest(leaf)) : imagenetPrefix(rest(leaf)) === ""));
  const holders = new Set(parts.map(({ holder }) => holder));
  const isPlain = (leaf: Named) => parts.includes(leaf) || !BESIDE.test(leaf.own);
  const beside = isOurs ? all.filter((leaf) => ownerOf(leaf) === undefined) : [];
  const tensors = new Map<string, TensorFacts>();
  for (const [leaves, nameOf] of [[own, rest] as const, [beside, ({ full }: Named) => full] as const]) {
    for (const leaf of leaves)
      if (holders.has(leaf.holder) && isPlain(leaf)) tensors.set(nameOf(leaf), leaf.facts);
  }
  return { name: rawName(parts[0]!, prefix), tensors, path: commonPath(parts) };
}

/** Returns the path that all leaves share; a file may hold a dictionary for each part of the network. */
function commonPath(leaves: readonly Leaf[]): readonly string[] {
  const { path } = leaves[0]!;
  const end = path.findIndex((key, i) => leaves.some((leaf) => leaf.path[i] !== key));
  return end < 0 ? path : path.slice(0, end);
}

/** Returns the prefix as written in the file, with wrappers. */
function rawName({ path, key }: Leaf, prefix: string): string {
  const wanted = prefix === "" ? 0 : prefix.split(".").length - 1;
  const raw: string[] = [];
  let found = 0;
  for (const part of [...path, key].join(".").split(".")) {
    if (!WRAPPERS.has(part) && found++ === wanted) break;
    raw.push(part);
  }
  return raw.join(".");
}

/** Returns the weights of an unknown network: the dictionary with the most tensors. */
function unknownWeights(all: readonly Named[]): Omit<Weights, "others"> {
  const holders = new Map<string, Named[]>();
  for (const leaf of all) holders.set(leaf.holder, [...(holders.get(leaf.holder) ?? []), leaf]);
  const [most] = [...holders.values()].sort((a, b) => b.length - a.length);
  const { path } = most![0]!;
  return { name: path.join("."), tensors: new Map(most!.map(({ own, facts }) => [own, facts])), path };
}

/** The name of the top level in options and messages. */
const TOP = ".";
const label = (name: string) => (name === "" ? TOP : name);

function asked(file: string, wanted: string, found: readonly Omit<Weights, "others">[]) {
  const ways = [
    ({ name }: { name: string }) => label(name) === wanted,
    ({ name }: { name: string }) => unwrapped(name) === unwrapped(wanted) && wanted !== TOP,
    ({ name }: { name: string }) => `.${name}.`.includes(`.${wanted}.`),
  ];
  for (const way of ways) {
    const matching = found.filter(way);
    if (matching.length === 1) return matching[0]!;
  }
  const names = found.map(({ name }) => label(name));
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CHECKPOINT",
    `${file} has no weights "${wanted}", but ${names.join(", ")}${nearestHint(wanted, names)}`,
    { file, remedy: `Give the option weights as ${names.join(" or ")}.` },
  );
}

function choose(file: string, found: readonly Omit<Weights, "others">[], wanted: string | undefined) {
  if (wanted !== undefined) return asked(file, wanted, found);
  if (found.length === 1) return found[0]!;
  const names = found.map(({ name }) => label(name));
  const counted = found.map(({ name, tensors }) => `${label(name)} (${plural(tensors.size, "tensor")})`);
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CHECKPOINT",
    `${file} holds the weights of ${found.length} networks: ${counted.join(", ")}`,
    {
      file,
      remedy:
        `Choose with \`weights\`: ${names.join(" or ")}. If there is no such option, make a model first: ` +
        "`deeplasia-native convert` (convertModel) takes `weights`.",
    },
  );
}

/**
 * Finds the weights in the content of a file. `wanted` names them if there are several.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_CHECKPOINT if there are none, or several and `wanted` is missing.
 */
export function findWeights(file: string, root: unknown, wanted: string | undefined): Weights {
  const all = named(leavesOf(root)).filter(({ full }) => !OPTIMIZER.test(full));
  const isNamed = all.some(({ key }) => !/^\d+$/.test(key));
  if (!isNamed) {
    throw new DeeplasiaError("ERR_DEEPLASIA_CHECKPOINT", `${file} holds no weights: ${treeText(root)}`, {
      file,
      remedy: "Give a Lightning checkpoint, or what torch.save made of a model's state_dict().",
    });
  }
  const { prefixes, isOurs } = prefixesOf(all);
  const found = prefixes.map((prefix) => weightsBehind(prefix, all, prefixes, isOurs));
  const chosen = found.length === 0 ? unknownWeights(all) : choose(file, found, wanted);
  const others = found.filter((weights) => weights !== chosen).map(({ name }) => label(name));
  return { ...chosen, others };
}
