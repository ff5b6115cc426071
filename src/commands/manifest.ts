/** `manifest`: write a contract into a model, and explain its fields. */
import type { Command } from "commander";
import { z } from "zod";
import { modelFormat } from "../checkpoint/file.js";
import { writeManifest } from "../checkpoint/save.js";
import { columnsOf, wrap } from "../console/wrapped.js";
import { archiveSources, contractSources, mergeManifests, missingFields } from "../contract/contract.js";
import { type Manifest, manifestSchema } from "../contract/manifest.js";
import { contractDoubts } from "../contract/plausible.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { addOptions, flagName, readOptions } from "../options/flags.js";
import { metaOf } from "../options/meta.js";
import { trustOptions } from "../options/trust.js";
import { ensureLibtorch } from "./libtorch.js";
import { requireNew } from "./output.js";

const { formatVersion: _version, weightsDigest: _digest, ...writableShape } = manifestSchema.shape;
/** Fields that a person may state. */
export const writableManifest = z.strictObject(writableShape).partial();

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
    .action(writeContract);
  addOptions(write, trustOptions.shape, "Model:");
  addOptions(write, writableManifest.shape, "Fields:");
}

function fields(): void {
  for (const [field, schema] of Object.entries(manifestSchema.shape) as [string, z.ZodType][]) {
    const { description } = metaOf(schema);
    const values = schema instanceof z.ZodEnum ? ` (${schema.options.join(", ")})` : "";
    const lines = wrap(description + values, columnsOf(process.stdout) - 4).map((line) => `    ${line}\n`);
    process.stdout.write(`${field}, --${flagName(field, schema)}\n${lines.join("")}`);
  }
}

async function writeContract(
  file: string,
  parsed: { out: string; manifest?: string } & Record<string, unknown>,
) {
  const flags = readOptions(writableManifest, parsed);
  const trust = readOptions(trustOptions, parsed);
  await ensureLibtorch();
  try {
    await requireNew(parsed.out, false);
    if ((await modelFormat(file)) !== "torchscript") throw checkpointHasNone(file, parsed.out);
    const { manifest } = mergeManifests(
      await contractSources(file, await archiveSources(file), parsed.manifest, flags),
    );
    await writeManifest(file, parsed.out, manifest, trust);
    warnOfDoubts(manifest);
    const missing = missingFields(manifest);
    process.stderr.write(
      `written: ${parsed.out}${missing.length > 0 ? `; still missing: ${missing.join(", ")}` : ""}\n`,
    );
  } catch (error) {
    throw toDeeplasiaError(error).at({ file });
  }
}

/** On stderr, what of a contract that is written is implausible. */
export function warnOfDoubts(manifest: Manifest): void {
  for (const { text } of contractDoubts(manifest)) process.stderr.write(`warning: ${text}\n`);
}

function checkpointHasNone(file: string, out: string): DeeplasiaError {
  return new DeeplasiaError(
    "ERR_DEEPLASIA_MODEL_UNREADABLE",
    `${file} is a checkpoint, which has no place for a contract`,
    {
      file,
      remedy: `Make a model of it, with the same flags: deeplasia-native convert ${file} ${out}.`,
    },
  );
}
