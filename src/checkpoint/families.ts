/** The generations of the reference's networks, and its mask network, recognised by the names of their tensors. */

/** Prefixes of the parts of a network in its state dict. */
export interface Family {
  title: string;
  legacy: boolean;
  inception: boolean;
  convnext: boolean;
  /** Before the backbone's own names. */
  backbone: string;
  /** Before the names of the dense layers. */
  dense: string;
  sexInput: string;
}

const FAMILIES: readonly Family[] = [
  {
    title: "current network with an EfficientNet",
    legacy: false,
    inception: false,
    convnext: false,
    backbone: "backbone.base.",
    dense: "dense.",
    sexInput: "dense.fc_gender_in",
  },
  {
    title: "current network with a ConvNeXt V2",
    legacy: false,
    inception: false,
    convnext: true,
    backbone: "backbone.convnext.",
    dense: "dense.",
    sexInput: "dense.fc_gender_in",
  },
  {
    title: "current network with Inception",
    legacy: false,
    inception: true,
    convnext: false,
    backbone: "backbone.features.",
    dense: "dense.",
    sexInput: "dense.fc_gender_in",
  },
  {
    title: "legacy EfficientNet",
    legacy: true,
    inception: false,
    convnext: false,
    backbone: "base.",
    dense: "",
    sexInput: "fc_gender_in",
  },
  {
    title: "legacy Inception",
    legacy: true,
    inception: true,
    convnext: false,
    backbone: "features.",
    dense: "",
    sexInput: "male_fc",
  },
];

/** Returns the family with these names; a current one is recognised without its dense layers too. Null for other networks. */
export function familyOf(names: readonly string[]): Family | null {
  const has = (start: string) => names.some((name) => name.startsWith(start));
  const whole = FAMILIES.find(({ backbone, dense }) => has(backbone) && has(`${dense}fc_boneage.`));
  return whole ?? FAMILIES.find(({ legacy, backbone }) => !legacy && has(backbone)) ?? null;
}

/** Whether these are the names of a network that marks the hand. */
export function isMaskNetwork(names: readonly string[]): boolean {
  return names.includes(MASK_STEM) && names.some((name) => name.startsWith("backbone.classifier."));
}

/** The first convolution of a mask network, whose shape is the width of the network. */
export const MASK_STEM = "backbone.encode1.conv0.weight";
/** The weights that have the most channels of a mask network. */
export const MASK_DEEPEST = "backbone.bottleneck.conv1.weight";

/** Whether these are the names of the open bone-age model's networks. */
export function isExpectationNetwork(names: readonly string[]): boolean {
  return names.some((name) => OPEN_STEM.test(name)) && names.some((name) => /(^|\.)pooling\.p$/.test(name));
}
const OPEN_STEM = /^(net\d+\.)?backbone\.stem\.0\.weight$/;

/** Whether these are the names of the network that finds the box of the hand. */
export function isCropperNetwork(names: readonly string[]): boolean {
  return names.includes("backbone.conv_stem.weight") && names.includes("linear.weight");
}

/** Parts of names by which a family is recognised. What precedes them is a wrapper's prefix. */
const LANDMARKS = [
  /^(.*\.|)backbone\.(?:base|features|convnext|encode1)\./,
  /^(|.*?\.)(?:net\d+\.)?backbone\.(?:stem\.0|conv_stem)\./,
  /^(.*\.|)(?<!dense\.)fc_boneage\.weight$/,
];

/** Returns the prefix before a landmark in a name; null if the name has none. */
export function prefixOf(name: string): string | null {
  for (const landmark of LANDMARKS) {
    const found = landmark.exec(name);
    if (found !== null) return found[1]!;
  }
  return null;
}

const PARTS =
  /^(?:backbone\.|dense\.|loss\.s$|base\.|features\.|dense_blocks\.|net\d+\.|pooling\.|linear\.|fc_boneage\.|fc_gender_in\.|male_fc\.)/;

/** Whether a name without prefix belongs to a network of any family. */
export function isPart(name: string): boolean {
  return PARTS.test(name);
}
