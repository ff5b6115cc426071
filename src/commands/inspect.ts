/** `inspect`: what a model is, what its contract says, and where each value came from. */
import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { withCheckpoint } from "../checkpoint/contents.js";
import { type CheckpointFacts, describeCheckpoint } from "../checkpoint/describe.js";
import { modelFormat } from "../checkpoint/file.js";
import { contractSources, mergeManifests, missingFields } from "../contract/contract.js";
import { MANIFEST_FIELDS, type ManifestField } from "../contract/manifest.js";
import { contractDoubts, type Doubt } from "../contract/plausible.js";
import { type DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { openModelSource } from "../model/source.js";
import { native } from "../native.js";
import { type CheckpointOptions, checkpointOptions } from "../options/checkpoint.js";
import { addOptions, readOptions } from "../options/flags.js";
import { networkText } from "../options/network.js";
import { type TrustOptions, trustOptions } from "../options/trust.js";
import { helpText } from "./help.js";
import { ensureLibtorch } from "./libtorch.js";

interface Inspection {
  file: string;
  fileBytes: number;
  /** What a checkpoint holds; null for TorchScript. */
  checkpoint: CheckpointFacts | null;
  model: LoadedModel | null;
  /** Why a checkpoint is no model: it holds something else, or a part. */
  problem: DeeplasiaError | null;
}

interface LoadedModel {
  network: string | null;
  forward: string;
  inputs: number;
  parameters: number;
  buffers: number;
  contract: Partial<Record<ManifestField, { value: unknown; from: string }>>;
  missing: ManifestField[];
  /** What of the contract is implausible. */
  doubts: Doubt[];
}

const HELP = `
A TorchScript model is a program, parts of which run when it is opened. One that reaches files or processes is refused,
unless --trust is given; one that never ends or takes all memory cannot be told before it runs.`;

export function registerInspect(program: Command): void {
  const command = program
    .command("inspect")
    .description("a model's inputs, size and contract, and where each value of the contract came from")
    .argument("<model>", "TorchScript, checkpoint or safetensors")
    .option("--manifest <file>", "contract of the model; overrides what the model and the file beside it say")
    .option("--json", "as JSON")
    .addHelpText("after", helpText(HELP))
    .action(async (file: string, parsed: { manifest?: string; json?: boolean }) => {
      const options = { ...readOptions(checkpointOptions, parsed), ...readOptions(trustOptions, parsed) };
      await ensureLibtorch();
      const inspection = await inspect(file, parsed.manifest, options).catch((error) => {
        throw toDeeplasiaError(error).at({ file });
      });
      const text = parsed.json ? JSON.stringify(asJson(inspection), null, 2) : format(inspection);
      process.stdout.write(`${text}\n`);
      if (inspection.problem !== null) throw inspection.problem;
    });
  addOptions(command, trustOptions.shape, "Model:");
  addOptions(command, checkpointOptions.shape, "Checkpoint:");
}

async function inspect(
  file: string,
  manifestFile: string | undefined,
  options: CheckpointOptions & TrustOptions,
): Promise<Inspection> {
  const isCheckpoint = (await modelFormat(file)) !== "torchscript";
  const checkpoint = isCheckpoint ? await withCheckpoint(file, describeCheckpoint, options.weights) : null;
  const { size: fileBytes } = await stat(file);
  try {
    return {
      file,
      fileBytes,
      checkpoint,
      model: await inspectModel(file, manifestFile, options),
      problem: null,
    };
  } catch (error) {
    if (checkpoint === null) throw error;
    return { file, fileBytes, checkpoint, model: null, problem: toDeeplasiaError(error) };
  }
}

async function inspectModel(
  file: string,
  manifestFile: string | undefined,
  options: CheckpointOptions & TrustOptions,
): Promise<LoadedModel> {
  const source = await openModelSource(file, options);
  try {
    const { manifest, origins } = mergeManifests(await contractSources(file, source.sources, manifestFile));
    const { weightsDigest = "" } = manifest;
    const { trust } = options;
    const how = { device: "cpu", threads: 0, precision: "32", optimize: false } as const;
    const settings = { ...how, trust, weightsDigest };
    const handle = await native().loadModel(source.model, settings);
    const { schema: forward, inputs, parameters, buffers } = native().modelFacts(handle);
    await native().dispose(handle);
    const known = MANIFEST_FIELDS.filter((field) => manifest[field] !== undefined);
    const contract = Object.fromEntries(
      known.map((field) => [field, { value: manifest[field], from: origins.get(field) ?? "" }]),
    );
    const network = source.config === null ? null : networkText(source.config);
    const [missing, doubts] = [missingFields(manifest), contractDoubts(manifest)];
    return { network, forward, inputs, parameters, buffers, contract, missing, doubts };
  } finally {
    await source[Symbol.asyncDispose]();
  }
}

/** One flat object; a checkpoint that is no model has a `problem` instead of a model's facts. */
function asJson({ model, problem, ...rest }: Inspection) {
  return { ...rest, ...model, ...(problem !== null && { problem: problem.message }) };
}

function format({ file, fileBytes, checkpoint, model }: Inspection): string {
  return [
    `${file}: ${(fileBytes / 1e6).toFixed(1)} MB`,
    ...(checkpoint === null ? [] : checkpointLines(checkpoint)),
    ...(model === null ? [] : modelLines(model)),
  ].join("\n");
}

function modelLines(model: LoadedModel): string[] {
  const { network, forward, parameters, buffers, contract, missing, doubts } = model;
  const markOf = (field: string) => (doubts.some((doubt) => doubt.field === field) ? "  <- implausible" : "");
  const rows = Object.entries(contract).filter(([, { value }]) => value !== "");
  const width = Math.max(...rows.map(([field]) => field.length));
  return [
    ...(network === null ? [] : [`  ${network}`]),
    `  ${forward}`,
    `  ${parameters.toLocaleString("en")} parameters, ${buffers.toLocaleString("en")} values in buffers`,
    "contract:",
    ...rows.map(
      ([field, { value, from }]) =>
        `  ${field.padEnd(width)}  ${JSON.stringify(value)}  (${from})${markOf(field)}`,
    ),
    missing.length === 0 ? "complete" : `missing: ${missing.join(", ")}`,
    ...doubts.map(({ text }) => `implausible: ${text}`),
  ];
}

function checkpointLines(facts: CheckpointFacts): string[] {
  const { format, tensors, dtypes, weights, otherWeights, entries, hyperParameters } = facts;
  const types = Object.entries(dtypes).map(([dtype, count]) => `${count} ${dtype}`);
  const said = Object.entries(hyperParameters).map(
    ([name, value]) => `    ${name}: ${JSON.stringify(value)}`,
  );
  return [
    `  checkpoint (${format}), ${tensors} tensors${weights === "" ? "" : ` under ${weights}`}: ${types.join(", ")}`,
    ...(otherWeights.length === 0 ? [] : [`  other weights (--weights): ${otherWeights.join(", ")}`]),
    ...(entries.length === 0 ? [] : [`  beside the weights: ${entries.join(", ")}`]),
    ...(said.length === 0 ? [] : ["  hyper-parameters:", ...said]),
  ];
}
