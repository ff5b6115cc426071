/** `inspect`: shows a model's network, size and contract, with the source of each value. */
import type { Command } from "commander";
import type { CheckpointFacts } from "../checkpoint/describeCheckpoint.js";
import { type InspectedModel, type Inspection, inspectModel } from "../model/inspectModel.js";
import { checkpointOptions } from "../options/checkpoint.js";
import { addOptions, readOptions } from "../options/flags.js";
import { inspectFlags } from "../options/modelFiles.js";
import { networkText } from "../options/network.js";
import { plural } from "../plural.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { helpText } from "./help.js";
import { referenceParameters } from "./referenceDefaults.js";

const HELP = `
A TorchScript model is a program, parts of which run when it is opened. One that reaches files or processes is refused,
unless --trust is given; one that never ends or takes all memory cannot be recognised before it runs.`;

export function defineInspect(command: Command): void {
  command
    .argument("<model>", "TorchScript, checkpoint or safetensors")
    .option("--json", "as JSON")
    .addHelpText("after", helpText(HELP))
    .action(inspect);
  addOptions(command, inspectFlags.shape, "Model:");
  addOptions(command, checkpointOptions.shape, "Checkpoint:");
}

async function inspect(file: string, parsed: { json?: boolean } & Record<string, unknown>): Promise<void> {
  const options = { ...readOptions(inspectFlags, parsed), ...readOptions(checkpointOptions, parsed) };
  await ensureLibtorch();
  const inspection = await inspectModel(file, { ...options, ...(await referenceParameters()) });
  const text = parsed.json ? JSON.stringify(asJson(inspection), null, 2) : format(inspection);
  process.stdout.write(`${text}\n`);
  if (inspection.problem !== null) throw inspection.problem;
}

/** One flat object; a checkpoint that is no model has a `problem` instead of a model's facts. */
function asJson({ model, problem, ...rest }: Inspection) {
  const facts = model === null ? null : { ...model, network: networkTextOf(model) };
  return { ...rest, ...facts, ...(problem !== null && { problem: problem.message }) };
}

const networkTextOf = ({ network }: InspectedModel) => (network === null ? null : networkText(network));

function format({ file, fileBytes, checkpoint, model }: Inspection): string {
  return [
    `${file}: ${(fileBytes / 1e6).toFixed(1)} MB`,
    ...(checkpoint === null ? [] : checkpointLines(checkpoint)),
    ...(model === null ? [] : modelLines(model)),
  ].join("\n");
}

function modelLines(model: InspectedModel): string[] {
  const { forward, parameters, buffers, cpu, contract, missing, doubts } = model;
  const network = networkTextOf(model);
  const markOf = (field: string) => (doubts.some((doubt) => doubt.field === field) ? "  <- implausible" : "");
  const rows = Object.entries(contract).filter(([, { value }]) => value !== "");
  const width = Math.max(...rows.map(([field]) => field.length));
  return [
    ...(network === null ? [] : [`  ${network}`]),
    `  ${forward}`,
    `  ${parameters.toLocaleString("en")} parameters, ${buffers.toLocaleString("en")} values in buffers`,
    `  on the CPU: ${plural(cpu.blocks, "block")} in our kernels (${cpu.kernels}), ` +
      `${plural(cpu.convolutions, "convolution")} in oneDNN`,
    "contract:",
    ...rows.map(
      ([field, { value, from }]) =>
        `  ${field.padEnd(width)}  ${brief(JSON.stringify(value))}  (${from})${markOf(field)}`,
    ),
    missing.length === 0 ? "complete" : `missing: ${missing.join(", ")}`,
    ...doubts.map(({ text }) => `implausible: ${text}`),
  ];
}

/** The statistics of features are thousands of numbers. */
const brief = (text: string) =>
  text.length > 1000 ? `${text.slice(0, 20)}... (${text.length} characters)` : text;

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
