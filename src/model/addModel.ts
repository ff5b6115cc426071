/** A model that lies in a folder, installed under a name. */
import { constants, copyFile, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { withCheckpoint } from "../checkpoint/contents.js";
import { recognise } from "../checkpoint/recognise.js";
import type { Manifest } from "../contract/manifest.js";
import { PUBLISHED_STEMS } from "../contract/published.js";
import { DeeplasiaError } from "../errors.js";
import { makeFolder, makeFolderOf } from "../files/makeFolder.js";
import { outputError } from "../files/outputError.js";
import { pathKind } from "../files/pathKind.js";
import { sha256OfFile } from "../files/sha256OfFile.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { BUILT_IN_HISTOGRAM, publishedHistogram, referenceHistogram } from "../image/referenceHistogram.js";
import type { AnyNetworkConfig } from "../native.js";
import type { AddModelOptions } from "../options/calls/addModelOptions.js";
import { readingOptions } from "../options/checkpoint.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { addModelOptions } from "../options/models.js";
import { isCropperConfig, isExpectationConfig, networkText } from "../options/network.js";
import { entryNamed } from "../registry/entries.js";
import {
  folderOf,
  type InstalledRecord,
  installedModel,
  isModelName,
  modelsHome,
  writeInstalled,
} from "../registry/home.js";
import { cropSizeOf, readConfig } from "../registry/readConfig.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";

/** `source`: where its files came from; the folder where it is left out. */
type Request = z.output<typeof addModelOptions> & { source?: string };

/** A model that was installed. */
export interface AddedModel extends InstalledRecord {
  /** The folder of its files. */
  folder: string;
  /** What is worth knowing about what was found. */
  notes: string[];
}

/** Files to copy, by their paths in the installed model, and texts to write there. */
interface Plan {
  name: string;
  weights: string[];
  copies: Map<string, string>;
  texts: Map<string, Manifest>;
  notes: string[];
}

const WEIGHTS = "model.safetensors";

/**
 * Install a model from a folder, so that its name stands for it as a path does.
 *
 * @param path The folder.
 * @throws DeeplasiaError ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE and _CHECKPOINT naming the file of the folder that is
 *   missing, damaged or of another model; _OPTION for a name; _OUTPUT.
 */
export async function addModel(path: PathArgument, given: AddModelOptions = {}): Promise<AddedModel> {
  const folder = requireArgument("folder", pathArgument, path);
  return installFrom(folder, requireOptions(addModelOptions, given));
}

/** The same with options that are checked. */
export async function installFrom(folder: string, options: Request): Promise<AddedModel> {
  const plan = await planOf(folder, options);
  requireName(plan.name);
  if ((await installedModel(plan.name)) !== null && !options.overwrite)
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `a model ${plan.name} is installed already`, {
      remedy: `Give another name, or \`deeplasia-native models remove ${plan.name}\` first.`,
    });
  const staged = join(modelsHome(), `.adding-${plan.name}-${process.pid}`);
  try {
    const files = await copyAll(plan, staged);
    const installed: InstalledRecord = {
      ...{ version: 1, name: plan.name, source: options.source ?? folder },
      ...{ weights: plan.weights, files },
    };
    await writeInstalled(staged, installed);
    const target = folderOf(plan.name);
    await rm(target, { recursive: true, force: true });
    await rename(staged, target);
    return { ...installed, folder: target, notes: plan.notes };
  } catch (error) {
    await rm(staged, { recursive: true, force: true });
    throw outputError(error, staged);
  }
}

function requireName(name: string): void {
  if (isModelName(name)) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `"${name}" cannot be the name of a model`, {
    remedy: "Give small letters, digits and dashes, at most 64.",
  });
}

async function copyAll({ copies, texts }: Plan, staged: string): Promise<InstalledRecord["files"]> {
  await makeFolder(staged);
  const files: InstalledRecord["files"] = [];
  for (const [path, from] of copies) {
    const to = join(staged, path);
    await makeFolderOf(to);
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    files.push({ path, bytes: (await stat(to)).size, sha256: await sha256OfFile(to) });
  }
  for (const [path, manifest] of texts)
    await writeFileAtomic(join(staged, path), `${JSON.stringify(manifest, null, 2)}\n`);
  return files;
}

async function planOf(folder: string, options: Request): Promise<Plan> {
  if ((await pathKind(folder)) !== "folder")
    throw new DeeplasiaError("ERR_DEEPLASIA_MODEL_MISSING", `${folder} is no folder`, {
      file: folder,
      remedy: "Give the folder that holds the model's files.",
    });
  const names = await readdir(folder);
  const published = PUBLISHED_STEMS.map((stem) =>
    names.find((name) => name.replace(/\.[^.]+$/, "") === stem),
  );
  if (published.some((name) => name !== undefined)) return deeplasiaPlan(folder, published, options);
  if (names.includes(WEIGHTS)) return openPlan(folder, names, options);
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_MODEL_MISSING",
    `${folder} holds neither ${WEIGHTS} nor Deeplasia's published members`,
    {
      file: folder,
      remedy:
        "Give the folder of a published model, whole. A single file of weights needs no name: give its path as the model.",
    },
  );
}

function deeplasiaPlan(
  folder: string,
  found: readonly (string | undefined)[],
  { name = "deeplasia" }: AddModelOptions,
): Plan {
  const missing = PUBLISHED_STEMS.filter((_, i) => found[i] === undefined);
  if (missing.length > 0)
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_MODEL_MISSING",
      `${folder} lacks ${missing.length} of Deeplasia's ${PUBLISHED_STEMS.length} published members: ${missing.join(", ")}`,
      { file: folder, remedy: "Put their files there under these names." },
    );
  const weights = found as string[];
  const copies = new Map(weights.map((file) => [file, join(folder, file)]));
  return { name, weights, copies, texts: new Map(), notes: [] };
}

/** The layout of ianpan/bone-age: weights, configuration, reference of the histogram, and the cropper's folder. */
async function openPlan(folder: string, names: readonly string[], options: Request): Promise<Plan> {
  const { name = "ianpan-bone-age", cropper = await cropperIn(folder) } = options;
  const file = join(folder, WEIGHTS);
  const network = await networkOfFile(file);
  if (isCropperConfig(network)) throw onlyCropper(folder);
  if (!isExpectationConfig(network)) throw unknown(file, network);
  const config = await readConfig(join(folder, "config.json"));
  requireStated(join(folder, "config.json"), config?.backbone, network.trunk.replace("-", "_"), "backbone");
  requireStated(join(folder, "config.json"), config?.num_models, Math.max(1, network.members), "num_models");
  requireStated(join(folder, "config.json"), config?.num_classes, network.bins, "num_classes");
  const copies = new Map([[WEIGHTS, file]]);
  const notes: string[] = [];
  const manifest: Manifest = { ...known(name), matchHistogram: BUILT_IN_HISTOGRAM, cropper: "none" };
  if (names.includes("ref_img.png") && !(await isBuiltIn(join(folder, "ref_img.png")))) {
    notes.push("ref_img.png has another histogram than the published one: the folder's own is used");
    copies.set("ref_img.png", join(folder, "ref_img.png"));
    manifest.matchHistogram = "ref_img.png";
  }
  const texts = new Map([["model.json", manifest]]);
  if (cropper === null) {
    notes.push("there is no cropper: whole pictures are predicted (published: 4.34 months instead of 4.16)");
  } else {
    copies.set(`crop/${WEIGHTS}`, join(cropper, WEIGHTS));
    texts.set("crop/model.json", await cropperManifest(cropper, options));
    manifest.cropper = `crop/${WEIGHTS}`;
  }
  return { name, weights: [WEIGHTS], copies, texts, notes };
}

function known(name: string): Manifest {
  const entry = entryNamed(name);
  if (entry === undefined) return {};
  return {
    name,
    licence: entry.licence,
    intendedUse: entry.intendedUse,
    provenance: `${entry.citation}; ${entry.page}`,
  };
}

async function cropperIn(folder: string): Promise<string | null> {
  for (const name of ["crop", "bone-age-crop"])
    if ((await pathKind(join(folder, name))) === "folder") return join(folder, name);
  return null;
}

async function cropperManifest(folder: string, { cropSize }: Pick<Request, "cropSize">): Promise<Manifest> {
  const file = join(folder, WEIGHTS);
  const network = await networkOfFile(file);
  if (!isCropperConfig(network)) throw unknown(file, network);
  const config = await readConfig(join(folder, "config.json"));
  requireStated(join(folder, "config.json"), config?.backbone, network.cropper, "backbone");
  const code = join(folder, "modeling.py");
  const sides = cropSize === undefined ? await cropSizeOf(code) : ([cropSize, cropSize] as const);
  if (sides !== null) return { kind: "cropper", inputSize: [1, sides[0], sides[1]] };
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `the side of the cropper's input is not known: ${code} is not there or does not state it plainly`,
    {
      file: code,
      remedy:
        "Look for Resize in the cropper's published modeling.py, and give its number as `cropSize`. A wrong side gives boxes " +
        "that look right and are worse.",
    },
  );
}

/** Which network a file of weights holds, with errors that name the file. */
async function networkOfFile(file: string): Promise<AnyNetworkConfig> {
  if ((await pathKind(file)) !== "file")
    throw new DeeplasiaError("ERR_DEEPLASIA_MODEL_MISSING", `there is no file ${file}`, {
      file,
      remedy: "Download the model's folder again, whole.",
    });
  return await withCheckpoint(file, (contents) => recognise(contents, readingOptions.parse({})));
}

function requireStated<T>(file: string, stated: T | undefined, found: T, key: string): void {
  if (stated === undefined || stated === found) return;
  const text = `${file} states ${key} ${String(stated)}, but the weights beside it are of ${String(found)}`;
  throw new DeeplasiaError("ERR_DEEPLASIA_CHECKPOINT", text, {
    file,
    remedy: "Download the folder again: its files are not of one model.",
  });
}

async function isBuiltIn(file: string): Promise<boolean> {
  return (await referenceHistogram(file)).join() === publishedHistogram().join();
}

function onlyCropper(folder: string): DeeplasiaError {
  const text = `${folder} holds the cropper alone, which predicts no bone age`;
  return new DeeplasiaError("ERR_DEEPLASIA_MODEL_KIND", text, {
    file: folder,
    remedy: "Give the folder of the bone-age model, and this one as `cropper`.",
  });
}

function unknown(file: string, network: AnyNetworkConfig): DeeplasiaError {
  const text = `${file} holds another network than the published one: ${networkText(network)}`;
  return new DeeplasiaError("ERR_DEEPLASIA_CHECKPOINT", text, {
    file,
    remedy: "A single file of weights needs no name: give its path as the model.",
  });
}
