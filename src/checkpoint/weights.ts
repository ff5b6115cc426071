/**
 * Where in a file the weights are. Savers put them under any key at any depth, and wrappers (DistributedDataParallel,
 * torch.compile, FSDP, averages, Lightning modules) put words before or into every name. So nothing is known of keys:
 * a network is found by its own names, and whatever stands before them is taken off.
 */

import { DeeplasiaError } from "../errors.js";
import { nearestHint } from "../nearest.js";
import { plural } from "../plural.js";
import { familyOf, isMaskNetwork, isPart, prefixOf } from "./families.js";
import { imagenetPrefix } from "./imagenet.js";
import { type Leaf, leavesOf, type TensorFacts, treeText } from "./tree.js";

export interface Weights {
  /** Keys and wrappers that lead to them, joined by dots; empty for the file's own top level. */
  name: string;
  /** By the network's own names, in the order of the file. */
  tensors: Map<string, TensorFacts>;
  /** The dictionaries that lead to the one that holds them. */
  path: readonly string[];
  /** Other weights in the file, by their names. */
  others: string[];
}

/** What wrappers put between a module and what it wraps, at any depth. No network of ours has such a part. */
const WRAPPERS = new Set([
  "module",
  "_orig_mod",
  "_forward_module",
  "_fsdp_wrapped_module",
  "_fpw_module",
  "_checkpoint_wrapped_module",
]);

/** Counters of averages and trainers, losses, metrics, and the averages of some: tensors that are no weight. */
const BESIDE =
  /^(?:n_averaged|num_updates|decay|initted|steps?|global_step|epoch)$|(?:^|[._])(?:loss|criterion|metrics?|ema)(?:[._]|$)|^(?:\w+_)?(?:mad|mae|mse|rmse|acc|accuracy|auroc)(?:\.|$)/;

interface Named extends Leaf {
  /** Path and key without wrappers. */
  full: string;
  /** The same of the key alone. */
  own: string;
  holder: string;
}

/** An optimiser keeps tensors under the names of the weights that it changes. */
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
    // Two tensors of one name would be a guess: the second keeps its own, which fits no network.
    const full = taken.has(cleaned) ? raw : cleaned;
    taken.add(full);
    return { ...leaf, full, own: unwrapped(leaf.key), holder: leaf.path.join("\0") };
  });
}

/** Prefixes before the names of whole networks; of ImageNet's, where there is none of ours. */
function prefixesOf(all: readonly Named[]): { prefixes: string[]; isOurs: boolean } {
  const found = new Set(all.map(({ full }) => prefixOf(full)).filter((prefix) => prefix !== null));
  const names = all.map(({ full }) => full);
  const ours = [...found].filter((prefix) => {
    const inside = names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    return familyOf(inside) !== null || isMaskNetwork(inside);
  });
  if (ours.length > 0) return { prefixes: ours, isOurs: true };
  const theirs = new Set(names.map(imagenetPrefix).filter((prefix) => prefix !== null));
  return { prefixes: [...theirs], isOurs: false };
}

/** The weights behind a prefix, with whatever else lies in the same dictionaries and might change the network. */
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

/** The dictionary that all of them are in; a file may have one for each part of the network. */
function commonPath(leaves: readonly Leaf[]): readonly string[] {
  const { path } = leaves[0]!;
  const end = path.findIndex((key, i) => leaves.some((leaf) => leaf.path[i] !== key));
  return end < 0 ? path : path.slice(0, end);
}

/** The prefix as it stands in the file, wrappers included. */
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

/** Weights of a network that is not known here: the dictionary with the most tensors. */
function unknownWeights(all: readonly Named[]): Omit<Weights, "others"> {
  const holders = new Map<string, Named[]>();
  for (const leaf of all) holders.set(leaf.holder, [...(holders.get(leaf.holder) ?? []), leaf]);
  const [most] = [...holders.values()].sort((a, b) => b.length - a.length);
  const { path } = most![0]!;
  return { name: path.join("."), tensors: new Map(most!.map(({ own, facts }) => [own, facts])), path };
}

/** What a person calls the weights of the top level. */
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
    `--weights ${wanted}: ${file} holds weights of a network under ${names.join(", ")}${nearestHint(wanted, names)}`,
    { file, remedy: `Give one of them: --weights ${names.join(" or --weights ")}.` },
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
        `Decide it: --weights ${names.join(" or --weights ")}. For a command without that option, make a model of ` +
        "them first: deeplasia-native convert FILE NEW.pt --weights NAME.",
    },
  );
}

/**
 * The weights in what a file holds. `wanted` names them where there are several.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_CHECKPOINT where there are none, or several and nothing says which.
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
