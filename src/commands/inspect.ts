/** `inspect`: what a model is, what its contract says, and where each value came from. */
import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { toDeeplasiaError } from "../errors.js";
import { contractSources, mergeManifests, missingFields } from "../model/contract.js";
import { MANIFEST_FIELDS, type ManifestField } from "../model/manifest.js";
import { native } from "../native.js";
import { ensureLibtorch } from "./libtorch.js";

interface Inspection {
  file: string;
  fileBytes: number;
  forward: string;
  inputs: number;
  parameters: number;
  buffers: number;
  contract: Partial<Record<ManifestField, { value: unknown; from: string }>>;
  missing: ManifestField[];
}

export function registerInspect(program: Command): void {
  program
    .command("inspect")
    .description("a model's inputs, size and contract, and where each value of the contract came from")
    .argument("<model>", "TorchScript file")
    .option("--manifest <file>", "contract of the model; overrides what the model and the file beside it say")
    .option("--json", "as JSON")
    .action(async (file: string, options: { manifest?: string; json?: boolean }) => {
      await ensureLibtorch();
      const inspection = await inspect(file, options.manifest).catch((error) => {
        throw toDeeplasiaError(error).at({ file });
      });
      process.stdout.write(options.json ? `${JSON.stringify(inspection, null, 2)}\n` : format(inspection));
    });
}

async function inspect(file: string, manifestFile: string | undefined): Promise<Inspection> {
  const { manifest, origins } = mergeManifests(await contractSources(file, manifestFile));
  const model = await native().loadModel(file, {
    device: "cpu",
    threads: 0,
    precision: "32",
    optimize: false,
  });
  const { schema, inputs, parameters, buffers } = native().modelFacts(model);
  await native().dispose(model);
  const known = MANIFEST_FIELDS.filter((field) => manifest[field] !== undefined);
  const contract = Object.fromEntries(
    known.map((field) => [field, { value: manifest[field], from: origins.get(field) ?? "" }]),
  );
  const { size } = await stat(file);
  const missing = missingFields(manifest);
  return { file, fileBytes: size, forward: schema, inputs, parameters, buffers, contract, missing };
}

function format({ file, fileBytes, forward, parameters, buffers, contract, missing }: Inspection): string {
  const rows = Object.entries(contract).filter(([, { value }]) => value !== "");
  const width = Math.max(...rows.map(([field]) => field.length));
  return [
    `${file}: ${(fileBytes / 1e6).toFixed(1)} MB`,
    `  ${forward}`,
    `  ${parameters.toLocaleString("en")} parameters, ${buffers.toLocaleString("en")} values in buffers`,
    "contract:",
    ...rows.map(
      ([field, { value, from }]) => `  ${field.padEnd(width)}  ${JSON.stringify(value)}  (${from})`,
    ),
    missing.length === 0 ? "complete" : `missing: ${missing.join(", ")}`,
    "",
  ].join("\n");
}
