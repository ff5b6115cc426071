/** Models that people can have, and those that are installed. */
import { rm } from "node:fs/promises";
import { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import { nearestHint } from "../nearest.js";
import { ENTRIES, entryNamed, type RegistryEntry } from "../registry/entries.js";
import {
  folderOf,
  type InstalledRecord,
  installedModel,
  installedNames,
  modelsHome,
} from "../registry/home.js";
import { requireArgument } from "../schema/checkValue.js";

/** A model that is installed. */
export interface InstalledModel extends InstalledRecord {
  /** The folder of its files. */
  folder: string;
}

/** What is known of a model. */
export interface ListedModel {
  /** Its name, which stands for it wherever a path does. */
  name: string;
  /** Its facts; null for an installed model that is not among the known ones. */
  entry: RegistryEntry | null;
  /** What is installed of it, and where; null where nothing is. */
  installed: InstalledModel | null;
}

const nameArgument = z.string().min(1).meta({ description: "the name of a model" });

/** List the known models and the installed ones. Throws ERR_DEEPLASIA_MODEL_UNREADABLE for a damaged record. */
export async function listModels(): Promise<ListedModel[]> {
  const names = [...new Set([...ENTRIES.map(({ name }) => name), ...(await installedNames())])];
  return Promise.all(names.map(listed));
}

async function listed(name: string): Promise<ListedModel> {
  const installed = await installedModel(name);
  return {
    name,
    entry: entryNamed(name) ?? null,
    installed: installed === null ? null : { ...installed, folder: folderOf(name) },
  };
}

/**
 * All that is known of a model.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION for a name that is neither known nor installed.
 */
export async function showModel(name: string): Promise<ListedModel> {
  const found = await listed(requireArgument("name", nameArgument, name));
  if (found.entry === null && found.installed === null) throw unknownModel(name);
  return found;
}

/** The facts of a known model. Throws ERR_DEEPLASIA_OPTION. */
export function requireEntry(name: string): RegistryEntry {
  const entry = entryNamed(requireArgument("name", nameArgument, name));
  if (entry === undefined) throw unknownModel(name);
  return entry;
}

function unknownModel(name: string): DeeplasiaError {
  const names = ENTRIES.map((known) => known.name);
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `no model ${name} is known${nearestHint(name, names)}`, {
    remedy: `Known are ${names.join(", ")}. A folder of another model is installed by \`deeplasia-native models add FOLDER\`.`,
  });
}

/**
 * Remove an installed model, and return the folder that it had.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION where none is installed under the name.
 */
export async function removeModel(name: string): Promise<string> {
  const names = await installedNames();
  if (!names.includes(requireArgument("name", nameArgument, name)))
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `no model ${name} is installed in ${modelsHome()}`, {
      remedy: names.length === 0 ? "None is." : `Installed are ${names.join(", ")}.`,
    });
  await rm(folderOf(name), { recursive: true, force: true });
  return folderOf(name);
}
