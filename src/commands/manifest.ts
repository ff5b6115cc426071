/** `manifest`: write a contract into a model, and explain its fields. */

import { rm } from "node:fs/promises";
import type { Command } from "commander";
import { z } from "zod";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { pathKind, renameDurably } from "../files.js";
import { contractSources, mergeManifests, missingFields } from "../model/contract.js";
import { DESCRIPTIVE_FIELDS, MANIFEST_NAME, type Manifest, manifestSchema } from "../model/manifest.js";
import { native } from "../native.js";
import { addOptions, flagName, readOptions } from "../options/flags.js";
import type { OptionMeta } from "../options/schema.js";
import { ensureLibtorch } from "./libtorch.js";

const { formatVersion: _version, ...writableShape } = manifestSchema.shape;
const writable = z.strictObject(writableShape).partial();

export function registerManifest(program: Command): void {
  const manifest = program
    .command("manifest")
    .description("a model's contract: what its pictures and outputs are");
  manifest.command("fields").description("every field, what it means and its flag").action(fields);
  const write = manifest
    .command("write")
    .description("put a contract into a TorchScript archive (code and weights are copied unchanged)")
    .argument("<model>", "TorchScript file")
    .requiredOption("-o, --out <file>", "the new archive; must not exist")
    .option("--manifest <file>", "manifest to put in; flags override it")
    .action(writeManifest);
  addOptions(write, writable.shape, "Fields:");
}

function fields(): void {
  for (const [field, schema] of Object.entries(manifestSchema.shape) as [string, z.ZodType][]) {
    const { description } = schema.meta() as unknown as OptionMeta;
    const values = schema instanceof z.ZodEnum ? ` (${schema.options.join(", ")})` : "";
    process.stdout.write(`${field}, --${flagName(field, schema)}\n    ${description}${values}\n`);
  }
}

async function writeManifest(
  file: string,
  parsed: { out: string; manifest?: string } & Record<string, unknown>,
) {
  const flags = readOptions(writable, parsed);
  await ensureLibtorch();
  try {
    if ((await pathKind(parsed.out)) !== null) {
      throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `${parsed.out} exists already`, { file: parsed.out });
    }
    const { manifest } = mergeManifests(await contractSources(file, parsed.manifest, flags));
    await copyWith(manifest, file, parsed.out);
    const missing = missingFields(manifest);
    process.stderr.write(
      `written: ${parsed.out}${missing.length > 0 ? `; still missing: ${missing.join(", ")}` : ""}\n`,
    );
  } catch (error) {
    throw toDeeplasiaError(error).at({ file });
  }
}

async function copyWith(manifest: Manifest, source: string, target: string): Promise<void> {
  const stated = Object.entries(manifest).filter(
    ([field, value]) => value !== "" || !DESCRIPTIVE_FIELDS.includes(field as keyof Manifest),
  );
  const text = `${JSON.stringify(Object.fromEntries(stated), null, 2)}\n`;
  const temporary = `${target}.tmp`;
  try {
    await native().writeExtraFile(source, temporary, MANIFEST_NAME, text);
    await renameDurably(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}
