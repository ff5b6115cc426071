/** `models list|get|add|show|remove`: bone-age models that people can have, installed under their names. */
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { z } from "zod";
import { DISCLAIMER } from "../about.js";
import { DeeplasiaError } from "../errors.js";
import { type AddedModel, addModel } from "../model/addModel.js";
import { getModel } from "../model/getModel.js";
import { type ListedModel, listModels, removeModel, requireEntry, showModel } from "../model/listModels.js";
import { addOptions, readOptions } from "../options/flags.js";
import { addModelFlags, getModelFlags } from "../options/models.js";
import { sizeText } from "../options/size.js";
import type { RegistryEntry } from "../registry/entries.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { helpText } from "./help.js";
import { isInteractive } from "./installWithProgress.js";

const getFlags = z.strictObject({
  ...getModelFlags.shape,
  yes: z
    .boolean()
    .default(false)
    .meta({ description: "do not ask: the licence was read and is accepted", short: "y" }),
});

const HELP = `
Examples:
  deeplasia-native models list
  deeplasia-native models get ianpan-bone-age
  deeplasia-native models add Downloads/bone-age --cropper Downloads/bone-age-crop
  deeplasia-native predict hand.png --sex F --ckp_path ianpan-bone-age

Models lie in ~/.local/share/deeplasia-native/models, or in the folder of the variable DEEPLASIA_MODELS. Downloads go through
the proxy that HTTPS_PROXY names, and come from HF_ENDPOINT where that is set.

${DISCLAIMER}`;

export function defineModels(models: Command): void {
  models.addHelpText("after", helpText(HELP));
  models.command("list").description("list the known and the installed models").action(list);
  const get = models
    .command("get")
    .description("download a model and install it under its name")
    .argument("<name>", "a known model")
    .action(getCommand);
  addOptions(get, getFlags.shape, "Options:");
  const add = models
    .command("add")
    .description("install a model from a folder that was downloaded otherwise")
    .argument("<folder>", "the model's folder")
    .action(addCommand);
  addOptions(add, addModelFlags.shape, "Options:");
  models.command("show").description("show all that is known of a model").argument("<name>").action(show);
  models.command("remove").description("remove an installed model").argument("<name>").action(remove);
}

async function list(): Promise<void> {
  for (const { name, entry, installed } of await listModels()) {
    const state =
      installed !== null
        ? `installed, ${sizeText(bytesOf(installed))}`
        : entry?.onRequest
          ? "on request"
          : "models get";
    process.stdout.write(`${name}\t${state}\t${entry?.title ?? installed?.source ?? ""}\n`);
  }
}

const bytesOf = ({ files }: NonNullable<ListedModel["installed"]>) =>
  files.reduce((sum, { bytes }) => sum + bytes, 0);

async function getCommand(name: string, parsed: Record<string, unknown>): Promise<void> {
  const { yes, ...options } = readOptions(getFlags, parsed);
  const entry = requireEntry(name);
  process.stderr.write(`${describe(entry).join("\n")}\n`);
  if (entry.files.length > 0 && !yes) await requireConsent(entry);
  await ensureLibtorch({ yes });
  let shown = "";
  const added = await getModel(name, {
    ...options,
    onProgress({ path, done, total }) {
      const share =
        total === null ? sizeText(done) : `${Math.floor((100 * done) / total)} % of ${sizeText(total)}`;
      const line = `${path}: ${process.stderr.isTTY ? share : "…"}`;
      if (line === shown) return;
      shown = line;
      process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  report(added);
}

async function requireConsent({ name }: RegistryEntry): Promise<void> {
  const refused = new DeeplasiaError(
    "ERR_DEEPLASIA_USAGE",
    `${name} was not downloaded: its licence was not accepted`,
    {
      remedy: "Read the licence above, and answer yes or give --yes.",
    },
  );
  if (!isInteractive()) throw refused;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const given = await prompt.question("Download it under this licence? [y/N] ");
    if (!/^y(es)?$/i.test(given.trim())) throw refused;
  } finally {
    prompt.close();
  }
}

async function addCommand(folder: string, parsed: Record<string, unknown>): Promise<void> {
  const options = readOptions(addModelFlags, parsed);
  await ensureLibtorch();
  report(await addModel(folder, options));
}

function report({ name, folder, notes }: AddedModel): void {
  for (const note of notes) process.stderr.write(`note: ${note}\n`);
  process.stdout.write(`installed: ${name} in ${folder}\n`);
}

function describe(entry: RegistryEntry): string[] {
  return [
    `${entry.name}: ${entry.title}`,
    `  licence: ${entry.licence}`,
    `  accuracy as published: ${entry.accuracy}`,
    `  masks: ${entry.needsMasks ? "needed" : "not needed"}`,
    `  intended use: ${entry.intendedUse}`,
    `  citation: ${entry.citation}`,
    `  source: ${entry.page}`,
    ...(entry.downloadBytes === undefined ? [] : [`  download: about ${sizeText(entry.downloadBytes)}`]),
    ...(entry.onRequest === undefined ? [] : [`  ${entry.onRequest}`]),
  ];
}

async function show(name: string): Promise<void> {
  const { entry, installed } = await showModel(name);
  const lines = entry === null ? [name] : describe(entry);
  if (installed === null) lines.push("  not installed");
  else {
    lines.push(`  installed in ${installed.folder} from ${installed.source}`);
    for (const { path, bytes, sha256 } of installed.files)
      lines.push(`    ${path}  ${sizeText(bytes)}  sha256 ${sha256}`);
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function remove(name: string): Promise<void> {
  process.stdout.write(`removed: ${await removeModel(name)}\n`);
}
