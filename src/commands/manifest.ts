/** `manifest`: write a contract into a model, and explain its fields. */
import type { Command } from "commander";
import { z } from "zod";
import { columnsOf, wrap } from "../console/wrapped.js";
import { manifestSchema } from "../contract/manifest.js";
import { writeManifest } from "../model/writeManifest.js";
import { writableManifest } from "../options/contract.js";
import { addOptions, flagName, readOptions } from "../options/flags.js";
import { metaOf } from "../options/meta.js";
import { writeManifestFlags } from "../options/modelFiles.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { reportWritten } from "./reportWritten.js";

export function defineManifest(manifest: Command): void {
  manifest.command("fields").description("explain every field, with its flag").action(fields);
  const write = manifest
    .command("write")
    .description("put a contract into a TorchScript archive (code and weights are copied unchanged)")
    .argument("<model>", "TorchScript file")
    .requiredOption("-o, --out <file>", "the new archive")
    .action(writeContract);
  addOptions(write, writeManifestFlags.shape, "Model:");
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

async function writeContract(file: string, parsed: { out: string } & Record<string, unknown>): Promise<void> {
  const options = readOptions(writeManifestFlags, parsed);
  const contract = readOptions(writableManifest, parsed);
  await ensureLibtorch();
  reportWritten(await writeManifest(file, parsed.out, { ...options, contract }));
}
