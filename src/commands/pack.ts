/** `pack`: a cohort's pictures, decoded and cropped once, in one file. */
import type { Command } from "commander";
import { createProgress } from "../console/progress.js";
import { DeeplasiaError, missingOption } from "../errors.js";
import { loadModel } from "../model/loadModel.js";
import { contractOptions } from "../options/contract.js";
import { addOptions, readOptions } from "../options/flags.js";
import { PACK_GROUPS, packFlags } from "../options/pack.js";
import { packCohort } from "../pack/packCohort.js";
import { verifyPack } from "../pack/verifyPack.js";
import { plural } from "../plural.js";
import { commandLogger } from "./commandLogger.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT, exitOf } from "./exit.js";
import { helpText } from "./help.js";
import { modelFiles } from "./models.js";
import { placesUsed } from "./referenceDefaults.js";
import { stoppedExitCode, stopSignal } from "./signals.js";

const HELP = `
Examples:
  deeplasia-native pack cohort.csv --img_dir images --mask_dirs masks --ckp_path model.pt --out cohort.pack
  deeplasia-native predict cohort.pack --ckp_path model.pt --output_path predictions.csv
  deeplasia-native train --data.pack=cohort.pack --data.split_path=splits.csv
  deeplasia-native pack --verify cohort.pack

The same command resumes an interrupted one. A row without a usable picture is kept with its error.

Exit codes: 0 packed, or verified; 1 failure; 2 wrong usage; 3 some rows have no picture; 130, 138, 143 interrupted.`;

export function definePack(command: Command): void {
  command
    .argument("[cohort]", "the rows, a CSV, as --annotation_csv; with --verify a pack")
    .addHelpText("after", helpText(HELP))
    .action((cohort: string | undefined, parsed: Record<string, unknown>) => pack(cohort, parsed));
  for (const [group, shape] of Object.entries(PACK_GROUPS)) addOptions(command, shape, group);
  addOptions(command, contractOptions.shape, "Contract of the model (for fields that no manifest has):");
}

async function pack(cohort: string | undefined, parsed: Record<string, unknown>): Promise<void> {
  const {
    yes,
    progress: kind,
    ckpPath,
    manifest,
    trust,
    verify,
    ...options
  } = readOptions(packFlags, parsed);
  const progress = createProgress(kind);
  const logger = commandLogger({ progress, logFile: process.env.LOG_FILE, source: "pack" });
  const annotationCsv = cohort ?? options.annotationCsv;
  if (annotationCsv === undefined)
    throw missingOption("annotationCsv", verify ? "the pack" : "the rows to pack");
  if (verify) {
    const { rows, pictures, digest, keep } = await verifyPack(annotationCsv);
    logger.info(
      `${annotationCsv}: whole; ${plural(rows, "row")}, ${plural(pictures, keep)}; digest ${digest}`,
    );
    return;
  }
  const { out } = options;
  if (out === undefined) throw missingOption("out", "the pack");
  const contract = readOptions(contractOptions, parsed);
  const [named, ...more] = await modelFiles({ ckpPath, members: undefined });
  if (more.length > 0)
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_USAGE",
      "a pack is made for one contract, and several models are given",
      {
        remedy: "Give one of them; those with the same masks, crop and depth can use its pack too.",
      },
    );
  await ensureLibtorch({ yes });
  const places = placesUsed(parsed, { ...options, annotationCsv, splitCsv: "", splitColumn: "" });
  if (places !== null) logger.info(places);
  const model = await loadModel(named!.file, { manifest, contract, trust, device: "cpu" });
  const stop = stopSignal(logger);
  try {
    const { rows, failures, kept, complete } = await packCohort(model, {
      ...{ ...options, out, annotationCsv, logger, signal: stop.signal },
      onProgress: (event) => progress.update(event),
    });
    progress.finish();
    for (const { file, code, message } of failures) logger.error(`${file}: ${message} [${code}]`);
    const before = kept > 0 ? `, ${kept} of them earlier` : "";
    logger.info(`${plural(rows, "row")} packed${before}, ${failures.length} without a picture`);
    logger.info(complete ? `written: ${out}` : `other shares of ${out} are missing`);
    process.exitCode = exitOf({ rows, predicted: rows - failures.length, failed: failures.length });
  } catch (error) {
    const exitCode = stoppedExitCode(error);
    if (exitCode === undefined) throw error;
    progress.finish();
    process.exitCode = exitCode ?? EXIT.failure;
    logger.warn("stopped; the same command resumes");
  } finally {
    await model.dispose();
  }
}
