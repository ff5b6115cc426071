/** Translates the names of ImageNet weights in two libraries to the names of our backbones. */
import { DeeplasiaError } from "../errors.js";
import { native } from "../native.js";
import { imagenetRemedy } from "../options/train/imagenetRemedy.js";

export type ImagenetNaming = "efficientnet_pytorch" | "torchvision" | "timm";

/** Returns the library with these names; null for others. */
export function imagenetNaming(names: Iterable<string>): ImagenetNaming | null {
  for (const name of names) {
    if (name === "_conv_stem.weight") return "efficientnet_pytorch";
    if (name === "stem.0.weight") return "timm";
    if (name === "features.0.0.weight" || name === "Conv2d_1a_3x3.conv.weight") return "torchvision";
  }
  return null;
}

/** Returns the prefix before a name by which such weights are recognised; null for other names. */
export function imagenetPrefix(name: string): string | null {
  const found =
    /^(.*\.|)(_conv_stem\.weight|stem\.0\.weight|features\.0\.0\.weight|Conv2d_1a_3x3\.conv\.weight)$/.exec(
      name,
    );
  return found === null ? null : found[1]!;
}

/** torchvision's parts of an inverted bottleneck, after its place in the block: [ours, theirs]. */
const EXPANDED = { "0.0": "_expand_conv", "0.1": "_bn0" };
const REST = ["_depthwise_conv", "_bn1", "_se_reduce", "_se_expand", "_project_conv", "_bn2"];
const PLACES = ["0.0", "0.1", "1.fc1", "1.fc2", "2.0", "2.1"];

function bottleneckParts(expands: boolean): Map<string, string> {
  const shifted = (place: string) => {
    const [layer, ...part] = place.split(".");
    return [Number(layer) + (expands ? 1 : 0), ...part].join(".");
  };
  const rest = PLACES.map((place, i) => [shifted(place), REST[i]!] as const);
  return new Map([...(expands ? Object.entries(EXPANDED) : []), ...rest]);
}

/** Modules of torchvision's EfficientNet by ours: `features.2.1.block.0.0` -> `_blocks.2._expand_conv`. */
function efficientnetModules(repeats: readonly number[]): Map<string, string> {
  const modules = new Map([
    ["features.0.0", "_conv_stem"],
    ["features.0.1", "_bn0"],
    ["features.8.0", "_conv_head"],
    ["features.8.1", "_bn1"],
  ]);
  let block = 0;
  for (const [stage, count] of repeats.entries()) {
    for (let i = 0; i < count; i++, block++) {
      for (const [theirs, ours] of bottleneckParts(stage > 0))
        modules.set(`features.${stage + 1}.${i}.block.${theirs}`, `_blocks.${block}.${ours}`);
    }
  }
  return modules;
}

/** Children of torchvision's inception_v3 in order; the first is replaced, null is a pool. Ours count from 2 on. */
const INCEPTION = [
  ...["Conv2d_2a_3x3", "Conv2d_2b_3x3", null, "Conv2d_3b_1x1", "Conv2d_4a_3x3", null, "Mixed_5b", "Mixed_5c"],
  ...[
    "Mixed_5d",
    "Mixed_6a",
    "Mixed_6b",
    "Mixed_6c",
    "Mixed_6d",
    "Mixed_6e",
    "Mixed_7a",
    "Mixed_7b",
    "Mixed_7c",
  ],
];

/** The name in our backbone for a name of theirs, or null where ours has no such tensor. */
function translation(naming: ImagenetNaming, backbone: string): (theirs: string) => string | null {
  if (backbone === "inceptionv3") {
    const places = new Map(INCEPTION.map((module, i) => [module, i + 2] as const));
    return (theirs) => {
      const [module = "", ...rest] = theirs.split(".");
      const place = places.get(module);
      return place === undefined ? null : [place, ...rest].join(".");
    };
  }
  if (naming === "timm") return (theirs) => (theirs.startsWith("head.fc.") ? null : theirs);
  if (naming === "efficientnet_pytorch") return (theirs) => (theirs.startsWith("_fc.") ? null : theirs);
  const facts = native()
    .backbones()
    .find(({ name }) => name === backbone);
  const modules = efficientnetModules(facts?.repeats ?? []);
  return (theirs) => {
    const end = theirs.lastIndexOf(".");
    const module = modules.get(theirs.slice(0, end));
    return module === undefined ? null : module + theirs.slice(end);
  };
}

/** Names in our backbone, by theirs; what belongs to their classifiers is left out. */
export function imagenetNames(file: string, names: Iterable<string>, backbone: string): Map<string, string> {
  const all = [...names];
  const naming = imagenetNaming(all);
  const fits = (naming === "timm") === backbone.startsWith("convnextv2-");
  const ours =
    naming === null || !fits ? [] : all.map((name) => [name, translation(naming, backbone)(name)] as const);
  const found = new Map(ours.filter((pair): pair is [string, string] => pair[1] !== null));
  if (found.size > 0) return found;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CHECKPOINT",
    `${file} does not hold ImageNet weights of ${backbone}`,
    {
      file,
      remedy: `Give a state dict of efficientnet_pytorch, of torchvision, or for ConvNeXt V2 of timm. ${imagenetRemedy(backbone)}`,
    },
  );
}
