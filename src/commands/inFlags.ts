/**
 * Messages of the library name its options, in backticks: `batchSize`, `resume: true`, `shard: "2/16"`. On a command line
 * these are flags: --batch_size, --resume, --shard 2/16.
 */
import type { z } from "zod";
import { previewFlags } from "../options/augmentPreview.js";
import { calibrateFlags } from "../options/calibrate.js";
import { importRsnaFlags, splitFlags } from "../options/cohort.js";
import { contractOptions } from "../options/contract.js";
import { evaluateFlags } from "../options/evaluate.js";
import { flagName } from "../options/flags.js";
import { phantomOptions } from "../options/phantom.js";
import { predictOptions } from "../options/predict.js";
import { serveOptions } from "../options/serve.js";
import { jobOptions } from "../options/slurm.js";
import { TRAIN_SETTINGS } from "../options/train/index.js";

const shapes: Record<string, z.ZodType>[] = [
  jobOptions.shape,
  evaluateFlags.shape,
  calibrateFlags.pick({ bySex: true, folds: true }).shape,
  splitFlags.pick({ val: true, test: true, folds: true }).shape,
  importRsnaFlags.pick({ exclude: true }).shape,
  previewFlags.pick({ columns: true }).shape,
  phantomOptions.shape,
  contractOptions.shape,
  serveOptions.pick({ host: true, port: true, token: true, insecure: true, cors: true, allowedHosts: true })
    .shape,
  serveOptions.pick({ watch: true, dicomPort: true, dicomHost: true, aet: true }).shape,
  predictOptions.shape,
];

const FLAGS: ReadonlyMap<string, string> = new Map([
  ...shapes.flatMap((shape) =>
    Object.entries(shape).map(([key, schema]) => [key, `--${flagName(key, schema)}`] as const),
  ),
  ...[...TRAIN_SETTINGS.keys()]
    .filter((path) => path.includes("."))
    .map((path) => [path, `--${path}`] as const),
  // Options that have another form on the command line.
  ["files", "names of pictures"],
  ["model", "--ckp_path"],
  ["config", "--config"],
  ["indexUrl", "--index-url"],
  ["from", "--from"],
  ["cuda", "--cuda"],
  ["sexModel", "--predict-sex"],
  ["memberNames", "name=path"],
  ["minAgeMonths", "--min-age"],
  ["maxAgeMonths", "--max-age"],
]);

const OPTION = /`([a-z][\w.]*)(?:: ([^`]+))?`/g;

/** A message with flags in place of options; whatever else stands in backticks stays. */
export function inFlags(message: string): string {
  return message.replaceAll(OPTION, (text, key: string, value?: string) => {
    const flag = FLAGS.get(key);
    if (flag === undefined || value === undefined || value === "true") return flag ?? text;
    return `${flag} ${value.replaceAll(/^"|"$/g, "")}`;
  });
}
