/** Pictures from a pack, on which the first steps of the image chain were done, and what is left to do. */
import { isDeepStrictEqual } from "node:util";
import { DeeplasiaError } from "../errors.js";
import type { ImagePlan } from "../native.js";
import type { Packed, PackManifest } from "../packFile/manifest.js";
import { placeInPack } from "../packFile/openPacks.js";
import type { Pack } from "../packFile/pack.js";
import { errorOfPacked } from "../packFile/packedError.js";
import type { DecodedPicture } from "./decodedPicture.js";

/** Reads a picture whose path lies in an open pack; null for any other path. Throws ERR_DEEPLASIA_PACK. */
export async function readPacked(path: string): Promise<DecodedPicture | null> {
  const place = placeInPack(path);
  if (place === null) return null;
  const { pack, row } = place;
  const entry = await pack.entry(row);
  const { width, height, depth, sourceDepth } = entry;
  if (depth === 0) throw errorOfPacked(await pack.errorOf(entry, row));
  return {
    ...{ data: await pack.read(entry, row), width, height, channels: 1, depth, luma: "png" },
    ...{ notes: [], orientation: 1 },
    packed: { file: pack.path, manifest: pack.manifest, sourceDepth },
  };
}

/** What has a pack of whole pictures: those that were packed without masks, up to the crop, are as they were. */
export const isWhole = ({ keep, isMasked }: PackManifest) => keep === "crop" && !isMasked;

/** Throws ERR_DEEPLASIA_PACK unless the pack can give pictures for the plan. */
export function requireServed({ path, manifest }: Pack, plan: ImagePlan): void {
  remainingPlan(plan, { file: path, manifest, sourceDepth: null });
}

/** Returns what is left of a plan for a packed picture. Throws ERR_DEEPLASIA_PACK for what its pack cannot give. */
export function remainingPlan(plan: ImagePlan, packed: Packed): ImagePlan {
  const { manifest } = packed;
  if (isWhole(manifest)) return plan;
  const differing = differences(plan, packed);
  if (differing.length > 0) throw notServed(packed, differing.join(", "));
  const left = { ...plan, background: "none", maskCropSize: 0 } as const;
  if (manifest.keep === "crop") return left;
  return { ...left, equalizeBins: 0, fit: "stretch", resize: "linear", matching: null };
}

export function notServed(
  { file, manifest }: Pick<Packed, "file" | "manifest">,
  what: string,
): DeeplasiaError {
  const has =
    manifest.keep === "crop"
      ? "the part round the mask of each picture"
      : "each picture as the network's input";
  return new DeeplasiaError(
    "ERR_DEEPLASIA_PACK",
    `the pack ${file} holds ${has}, which cannot serve ${what}`,
    {
      file,
      remedy:
        "Pack the cohort with the contract and the `keep` that this needs, or give the folders of pictures and masks.",
    },
  );
}

type Field = keyof ImagePlan;
/** What is done up to the crop, and after it. */
const BEFORE_CROP: readonly Field[] = ["background", "maskCropSize"];
const AFTER_CROP: readonly Field[] = [
  ...(["height", "width", "equalizeBins", "flip", "rotationAngle", "fit", "resize"] as const),
  ...(["augmentation", "matching"] as const),
];

function differences(plan: ImagePlan, { manifest, sourceDepth }: Packed): string[] {
  const { keep, isMasked, plan: done } = manifest;
  const compared = [...(isMasked ? BEFORE_CROP : []), ...(keep === "input" ? AFTER_CROP : [])];
  const found = compared.filter((field) => !isDeepStrictEqual(fieldOf(plan, field), fieldOf(done, field)));
  // Of 8-bit pictures the depth changes nothing.
  const depth = sourceDepth === 16 && plan.depth !== done.depth ? (["depth"] as const) : [];
  const texts = [...found, ...depth].map(
    (field) => `${field} ${textOf(plan, field)} (packed: ${textOf(done, field)})`,
  );
  return plan.cut ? ["a cropper", ...texts] : texts;
}

function fieldOf(plan: ImagePlan, field: Field): unknown {
  if (field === "maskCropSize") return Math.max(plan.maskCropSize, 0);
  return plan[field] ?? null;
}

function textOf(plan: ImagePlan, field: Field): string {
  const value = fieldOf(plan, field);
  if (value === null) return "none";
  return typeof value === "object" ? "of its own" : String(value);
}
