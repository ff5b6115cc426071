import { DISCLAIMER } from "../about.js";
import type { Logger } from "../console/logger.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { native } from "../native.js";
import type { TrainConfig } from "../options/train/index.js";
import type { Trainer } from "../trainer/trainer.js";
import type { TrainingCohort } from "../training/trainingCohort.js";
import { PARTS } from "../training/trainingRow.js";
import { formatConfig } from "./config/formatConfig.js";
import { formatHyperParameters } from "./hyperParameters.js";
import { kindOf } from "./kinds/kindOf.js";
import type { Start } from "./openStart.js";
import { recordProcess } from "./recordProcess.js";
import type { RunFolder } from "./runFolder.js";

/** A run before its first step. */
export interface FactSources {
  config: TrainConfig;
  folder: RunFolder;
  trainer: Trainer;
  cohort: TrainingCohort;
  start: Start;
  logger: Logger;
  seed: number;
  /** The state from which this process resumes. */
  resumedFrom: string | null;
}

/** Writes configuration, hyper-parameters and provenance into the folder, and logs the rest. Throws ERR_DEEPLASIA_OUTPUT. */
export async function writeRunFacts(sources: FactSources): Promise<void> {
  const { config, folder, cohort, seed, resumedFrom } = sources;
  const device = logFacts(sources);
  await writeFileAtomic(folder.config, formatConfig({ ...config, seed_everything: seed }));
  await writeFileAtomic(
    folder.hyperParameters,
    formatHyperParameters(kindOf(config).hyperParameters(config)),
  );
  await recordProcess(folder.provenance, {
    seed,
    device,
    libtorch: native().buildInfo().libtorchCompiled,
    files: decidingFiles(sources),
    rows: cohort.sha256,
    resumedFrom,
  });
}

/** Returns the device and why it was chosen. */
function logFacts({ config, folder, trainer, cohort, start, logger, seed }: FactSources): string {
  const { parts, withoutSplit } = cohort;
  const counts = PARTS.map((part) => `${parts[part].rows.length} ${part}`).join(", ");
  const device = `${trainer.device.name} (${trainer.device.reason})`;
  logger.info(DISCLAIMER);
  logger.info(`${folder.path}: ${start.text}; ${trainer.learning} values learn, on ${device}`);
  const unsplit = withoutSplit > 0 ? `${withoutSplit} without a split` : "";
  const facts = [counts, unsplit, kindOf(config).cohortText(cohort), `seed ${seed}`];
  logger.info(`pictures: ${facts.filter((text) => text !== "").join("; ")}`);
  return device;
}

/** The files whose contents decide what is learnt: what they are -> path. */
function decidingFiles({ config, start }: FactSources): Record<string, string> {
  const { annotation_path: annotations, split_path: split } = config.data;
  const { pretrained } = config.model;
  const all = Object.entries({ annotations, split, model: start.path, pretrained });
  return Object.fromEntries(all.filter((file): file is [string, string] => typeof file[1] === "string"));
}
