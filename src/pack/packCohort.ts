/** A cohort into a pack: its rows, and its pictures with the first steps of the image chain done. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { packageVersion } from "../about.js";
import { ProgressMeter } from "../console/progress.js";
import { mapInOrder } from "../data/mapInOrder.js";
import { openCohort } from "../data/openCohort.js";
import type { Sample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import { makeFolderOf } from "../files/makeFolder.js";
import { pathKind } from "../files/pathKind.js";
import { refuseInput } from "../files/refuseInput.js";
import { requireNew } from "../files/requireNew.js";
import { sha256OfFile } from "../files/sha256OfFile.js";
import { imagePlan } from "../image/imagePlan.js";
import { useWorkers } from "../image/workers.js";
import { lockFile } from "../lock.js";
import { requireModel } from "../model/argument.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { PackManifest } from "../packFile/manifest.js";
import { PackWriter } from "../packFile/packWriter.js";
import { isExplicit, RunMaskModel, usesMasks } from "../prediction/maskModel.js";
import { shareRange } from "../predictionFiles/shares/shareRange.js";
import { requireOptions } from "../schema/checkValue.js";
import { shareOf } from "../slurm/rowShare.js";
import { packCohortOptions } from "./arguments.js";
import { joinShares } from "./joinShares.js";
import type { PackCohortOptions } from "./packCohortOptions.js";
import { type PackedRow, packRow } from "./packRow.js";

/** A row without a picture in a pack. */
export interface PackFailure {
  /** Its line in the annotation CSV. */
  row: number;
  /** The picture. */
  file: string;
  /** Code of the error. */
  code: string;
  /** What is wrong. */
  message: string;
}

/** The result of `packCohort`. */
export interface PackedCohort {
  /** Rows of the pack, or of this share. */
  rows: number;
  /** Of these, rows without a picture, and why. */
  failures: PackFailure[];
  /** Rows that an earlier run had packed; its failures are not listed again. */
  kept: number;
  /** Whether the pack is there under its name; false while other shares are missing. */
  complete: boolean;
}

type Options = z.output<typeof packCohortOptions>;

/**
 * Pack a cohort for a model: decoded, masked and cropped once, into one file that `predictCohort`, `writePredictions` and
 * training take as `annotationCsv`. The same call resumes an interrupted one. A row without a usable picture is kept with its
 * error.
 *
 * @throws DeeplasiaError for what concerns all rows: ERR_DEEPLASIA_OPTION, _CSV, _RESUME, _OUTPUT; the signal's reason when it is
 *   aborted before the last row.
 */
export async function packCohort(model: BoneAgeModel, given: PackCohortOptions): Promise<PackedCohort> {
  requireModel("model", model);
  const options = requireOptions(packCohortOptions, given);
  options.signal?.throwIfAborted();
  const { out, annotationCsv, imgDir, maskDirs, overwrite, signal } = options;
  await refuseInput(out, [annotationCsv, model.file]);
  await requireNew(out, overwrite);
  const request = {
    ...{ maskModel: options.maskModel, models: [model], logger: options.logger },
    hasMasks: (maskDirs[0] ?? "") !== "",
  };
  await using masks = RunMaskModel.of(request);
  const maskModel = await masks?.get();
  const cohort = await openCohort({
    ...{ annotationCsv, imgDir, maskDirs, sexNeed: "ignored" },
    ...{ splitCsv: "", splitColumn: "", splitName: "", masksOptional: isExplicit(options.maskModel) },
  });
  const share = shareOf(options.shard);
  const rows =
    share === null ? { from: 0, to: cohort.total } : shareRange(share, cohort.total, ROWS_OF_A_BLOCK);
  const manifest: PackManifest = {
    ...(await manifestOf(model, options, usesMasks(request))),
    maskModel: maskModel === undefined ? null : await sha256OfFile(maskModel.file),
    rows: { ...rows, of: cohort.total },
  };
  const file = share === null ? out : join(`${out}.parts`, `${name(share.number)}-of-${name(share.of)}.pack`);
  await makeFolderOf(file);
  const result: PackedCohort = { rows: rows.to - rows.from, failures: [], kept: 0, complete: false };
  {
    await using _ = await lockFile(`${file}.lock`, file);
    if (overwrite) for (const end of [".partial", ".partial.index"]) await rm(file + end, { force: true });
    if (share === null || (await pathKind(file)) === null)
      await writeRows(file, cohort.samples, { manifest, options, maskModel, result });
  }
  for (const note of cohort.notes()) options.logger?.warn(note);
  result.complete = share === null || (await joinShares(out, share.of, signal));
  return result;
}

/** Rows of which a share is a whole number, as shares of predictions are. */
const ROWS_OF_A_BLOCK = 16;

const name = (number: number) => String(number).padStart(4, "0");

async function manifestOf(
  model: BoneAgeModel,
  { annotationCsv, imgDir, keep }: Options,
  isMasked: boolean,
): Promise<Omit<PackManifest, "maskModel" | "rows">> {
  const plan = imagePlan(model.contract, { flip: false, rotationAngle: 0 }, model.histogram);
  const isCropped = isMasked || keep === "input";
  if (model.cropper !== null && isCropped)
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      `${model.file} has a cropper, which needs the whole picture`,
      {
        file: model.file,
        remedy: 'Pack without masks and with `keep: "crop"`: the pack then holds whole pictures.',
      },
    );
  return {
    ...{ writtenBy: packageVersion(), keep, isMasked, contract: model.contract, imgDir },
    // A whole picture keeps all of its bits, whatever a network makes of them.
    plan: isCropped ? plan : { ...plan, depth: "any" },
    model: await sha256OfFile(model.file),
    annotations: await sha256OfFile(annotationCsv),
  };
}

interface Work {
  manifest: PackManifest;
  options: Options;
  maskModel: Parameters<typeof packRow>[1]["maskModel"];
  result: PackedCohort;
}

async function writeRows(
  file: string,
  samples: (from?: number) => AsyncIterable<Sample>,
  { manifest, options, maskModel, result }: Work,
): Promise<void> {
  const { annotationCsv, imgDir, numWorkers, signal, onProgress } = options;
  const writer = await PackWriter.open(file, { path: annotationCsv }, manifest);
  result.kept = writer.rows;
  const meter = new ProgressMeter(result.rows, writer.rows);
  const rows = until(samples(manifest.rows.from + writer.rows), result.rows - writer.rows, signal);
  const pack = (sample: Sample) => packRow(sample, { manifest, maskModel, imgDir });
  try {
    for await (const packed of mapInOrder(rows, useWorkers(numWorkers), pack)) {
      await writer.append(packed.entry, packed.bytes);
      if (packed.error !== null) result.failures.push(failureOf(packed));
      onProgress?.(meter.event(writer.rows, result.failures.length));
    }
  } catch (error) {
    await writer.suspend();
    throw error;
  }
  if (writer.rows === result.rows) return writer.complete();
  await writer.suspend();
  signal?.throwIfAborted();
}

async function* until<T>(
  items: AsyncIterable<T>,
  count: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  let left = count;
  if (left === 0) return;
  for await (const item of items) {
    if (signal?.aborted) return;
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}

function failureOf({ row, error }: PackedRow): PackFailure {
  const { file, code, message } = error!;
  return { row, file, code, message };
}
