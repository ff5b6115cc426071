/** `augment-preview`: what training would see, as a sheet of pictures. */

import type { Command } from "commander";
import {
  columnCaptions,
  type PreviewOptions,
  previewRow,
  requirePreviewable,
} from "../augmentation/preview.js";
import { drawSheet, type SheetRow } from "../augmentation/sheet.js";
import { FAMILY } from "../contract/published.js";
import { cohortFromFiles } from "../data/cohortFromFiles.js";
import { type Cohort, openCohort } from "../data/openCohort.js";
import type { Sample } from "../data/sample.js";
import { DeeplasiaError, formatError, toDeeplasiaError } from "../errors.js";
import { refuseInput, writeFileAtomic } from "../files.js";
import {
  PREVIEW_FLAGS,
  PREVIEW_GROUPS,
  type PreviewCommandOptions,
  previewOptions,
  previewSettings,
} from "../options/augmentPreview.js";
import { addOptions, readOptions } from "../options/flags.js";
import { type Layer, readSection } from "../options/layer.js";
import { addSettingFlags, flagLayer } from "../options/settingFlags.js";
import { plural } from "../plural.js";
import { readConfigFile } from "../run/config/readConfigFile.js";
import { EXIT } from "./exit.js";
import { ensureLibtorch } from "./libtorch.js";

/** How training reads pictures beside its settings. */
const CONTRACT = {
  ...FAMILY,
  normalise: "zscore",
} as const;

export function registerAugmentPreview(program: Command): void {
  const command = program
    .command("augment-preview")
    .description("a sheet of augmented pictures, as training would see them in one epoch after the other")
    .argument("[pictures...]", "files, folders or glob patterns, instead of --annotation_csv")
    .option(
      "-c, --config <file>",
      "config file of training, of which only what changes a picture is taken; may repeat",
      // Not a list: it would swallow the pictures that follow.
      (file: string, earlier: string[]) => [...earlier, file],
      [],
    )
    .action((pictures: string[], parsed: Record<string, unknown>) => preview(pictures, parsed));
  for (const [group, shape] of Object.entries(PREVIEW_GROUPS)) addOptions(command, shape, group);
  addSettingFlags(command, PREVIEW_FLAGS);
}

/** What changes a picture: from config files in their order, then flags. */
async function readSettings(parsed: Record<string, unknown>) {
  const layers: Layer[] = [];
  for (const file of parsed.config as string[]) layers.push(await readConfigFile(file));
  layers.push(flagLayer(PREVIEW_FLAGS, parsed));
  return readSection(previewSettings, "data", new Map(layers.flatMap((layer) => [...layer])));
}

async function preview(pictures: string[], parsed: Record<string, unknown>): Promise<void> {
  const options = readOptions(previewOptions, parsed);
  const { out, seed, epoch, columns, n } = options;
  const { input_size: inputSize, mask_crop_size: maskCropSize, ...augmentation } = await readSettings(parsed);
  const how: PreviewOptions = {
    contract: { ...CONTRACT, inputSize, maskCropSize },
    augmentation,
    seed,
    epoch,
    columns,
  };
  requirePreviewable(n, how);
  await ensureLibtorch({ yes: options.yes });
  await refuseInput(out, [...pictures, options.annotationCsv]);
  const cohort = await openCohortOf(pictures, options);
  const rows: SheetRow[] = [];
  for await (const sample of cohort.samples()) {
    const row = await previewRowOf(sample, how);
    if (row === null) process.exitCode = EXIT.rowsFailed;
    else rows.push(row);
    for (const note of row?.notes ?? []) process.stderr.write(`${row?.caption}: ${note}\n`);
  }
  for (const note of cohort.notes()) process.stderr.write(`${note}\n`);
  if (rows.length === 0) {
    throw new DeeplasiaError("ERR_DEEPLASIA_ROW", "none of the pictures can be shown", {
      remedy: "The messages above say why.",
    });
  }
  const [, height, width] = inputSize;
  await writeFileAtomic(out, await drawSheet(rows, columnCaptions(how), { width, height }));
  process.stderr.write(
    `written: ${out} (${plural(rows.length, "picture")}, ${plural(columns, "epoch")} each)\n`,
  );
}

function openCohortOf(files: string[], options: PreviewCommandOptions): Promise<Cohort> {
  const { annotationCsv, n: limit, maskDirs } = options;
  if (files.length > 0 === (annotationCsv !== undefined)) {
    const what = files.length > 0 ? "both as files and by --annotation_csv" : "neither as files nor by a CSV";
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `pictures are given ${what}`, {
      remedy: "Give files or folders, or --annotation_csv FILE.",
    });
  }
  if (annotationCsv === undefined) return cohortFromFiles(files, { maskDirs, sexNeed: "ignored", limit });
  return openCohort({ ...options, annotationCsv, sexNeed: "ignored", limit });
}

/** Null, and a message, for a picture that cannot be shown. */
async function previewRowOf(sample: Sample, how: PreviewOptions): Promise<SheetRow | null> {
  try {
    if ("error" in sample) throw sample.error;
    return await previewRow(sample, how);
  } catch (error) {
    process.stderr.write(`left out: ${formatError(toDeeplasiaError(error).at({ row: sample.row }))}\n`);
    return null;
  }
}
