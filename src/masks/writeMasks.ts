/** Masks of a cohort's pictures as files. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { ProgressMeter } from "../console/progress.js";
import { csvLines } from "../data/csvLines.js";
import { mapInOrder } from "../data/mapInOrder.js";
import { openGivenCohort } from "../data/openGivenCohort.js";
import { isFailedSample, type ReadySample, type Sample } from "../data/sample.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { makeFolderOf } from "../files/makeFolder.js";
import { pathKind } from "../files/pathKind.js";
import { refuseInput } from "../files/refuseInput.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { MaskFolder } from "../image/maskFolder.js";
import { openPicture } from "../image/openPicture.js";
import { useWorkers } from "../image/workers.js";
import { noHand } from "../inference/stages/findMask.js";
import { BUNDLED_MASK_MODEL } from "../model/bundled.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import { type OpenMaskModel, openMaskModel } from "../model/openMaskModel.js";
import { requireOptions } from "../schema/checkValue.js";
import { writeMasksOptions } from "./arguments.js";
import { ContactSheet } from "./contactSheet.js";
import type { WriteMasksOptions } from "./writeMasksOptions.js";

type Options = z.output<typeof writeMasksOptions>;

/** A picture without a mask. */
export interface MaskFailure {
  /** Number of the row or picture, from 1. */
  row: number;
  /** The picture. */
  file: string;
  /** Code of the error, `ERR_DEEPLASIA_…`. */
  code: string;
  /** Why there is no mask. */
  message: string;
}

/** The result of `writeMasks`. */
export interface WrittenMasks {
  /** Pictures that were looked at. */
  rows: number;
  /** Masks that were made. */
  written: number;
  /** Masks that were there already. */
  kept: number;
  /** Pictures without a mask; they are listed in `<out>.failures.csv` too. */
  failures: MaskFailure[];
}

/**
 * Write the masks of pictures (`files`, or the rows of `annotationCsv` below `imgDir`) into the folder `out`, laid out as the
 * pictures, so that it can be given as `maskDirs`. Masks that are there are kept, so that the same call resumes.
 *
 * @throws DeeplasiaError for what concerns all pictures: ERR_DEEPLASIA_OPTION, _USAGE, _CSV, _MODEL_…, _OUTPUT; the signal's
 *   reason when it is aborted before the last picture.
 */
export async function writeMasks(given: WriteMasksOptions): Promise<WrittenMasks> {
  const options = requireOptions(writeMasksOptions, given);
  options.signal?.throwIfAborted();
  const { finished, ...written } = await write(options);
  if (!finished) options.signal?.throwIfAborted();
  return written;
}

/** Does the same, but resolves when the signal is aborted, with the counts so far and `finished: false`. */
export async function writeMasksUntilStopped(
  given: WriteMasksOptions,
): Promise<WrittenMasks & { finished: boolean }> {
  return write(requireOptions(writeMasksOptions, given));
}

async function write(options: Options): Promise<WrittenMasks & { finished: boolean }> {
  const { out, sheet, signal, onProgress } = options;
  const cohort = await openGivenCohort(options, { maskDirs: [], sexNeed: "ignored" });
  await makeFolderOf(join(out, "mask.png"));
  if (sheet !== undefined) await refuseInput(sheet, [...(options.files ?? []), options.annotationCsv]);
  await using opened = await openModel(options);
  const { model } = opened;
  const work: Work = {
    ...{ model, folder: new MaskFolder(out), overwrite: options.overwrite },
    sheet: sheet === undefined ? null : new ContactSheet(),
  };
  const written: WrittenMasks = { rows: 0, written: 0, kept: 0, failures: [] };
  const meter = new ProgressMeter(cohort.total);
  const samples = until(cohort.samples(), signal);
  for await (const result of mapInOrder(samples, useWorkers(options.numWorkers), (row) =>
    maskOf(row, work),
  )) {
    written.rows += 1;
    if (typeof result === "string") written[result] += 1;
    else written.failures.push(result);
    onProgress?.(meter.event(written.rows, written.failures.length));
  }
  const finished = written.rows === cohort.total;
  await listFailures(`${out}.failures.csv`, written);
  if (sheet !== undefined && finished) await work.sheet!.write(sheet);
  for (const note of cohort.notes()) options.logger?.warn(note);
  return { ...written, finished };
}

function openModel(options: Options): Promise<OpenMaskModel> {
  const { maskModel, device, gpus, accelerator, devices, threads, trust } = options;
  if (maskModel === "none") {
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", '`maskModel: "none"` makes no masks', {
      remedy: "Give a hand-mask model, or leave the option out for the bundled one.",
    });
  }
  const choice = maskModel === "auto" ? BUNDLED_MASK_MODEL : maskModel;
  return openMaskModel(choice, { device, gpus, accelerator, devices, threads, trust });
}

/** The items, as long as the signal is not aborted. */
async function* until<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const item of items) {
    if (signal?.aborted) return;
    yield item;
  }
}

interface Work {
  model: HandMaskModel;
  folder: MaskFolder;
  overwrite: boolean;
  sheet: ContactSheet | null;
}

/** What became of a picture. Never rejects. */
async function maskOf(sample: Sample, work: Work): Promise<"written" | "kept" | MaskFailure> {
  if (isFailedSample(sample)) return failureOf(sample, sample.error);
  try {
    const path = work.folder.pathOf(sample);
    const isThere = !work.overwrite && (await pathKind(path)) === "file";
    if (!isThere || work.sheet?.hasSpace === true) await lookAt(sample, isThere ? path : null, work);
    return isThere ? "kept" : "written";
  } catch (error) {
    return failureOf(sample, toDeeplasiaError(error));
  }
}

/** Decodes a picture, makes its mask unless it is there, and puts both on the sheet. */
async function lookAt(sample: ReadySample, there: string | null, work: Work): Promise<void> {
  const { model, folder, sheet } = work;
  const open = await openPicture({ image: sample.imagePath, mask: there });
  try {
    if (there === null) {
      const hand = await model.find(open.picture);
      if (hand === null) throw noHand();
      open.useMask(hand.mask);
      await folder.write(sample, hand.mask, open.info);
    }
    await sheet?.add(sample, open);
  } finally {
    open.close();
  }
}

function failureOf(sample: Sample, { code, message, file }: DeeplasiaError): MaskFailure {
  const path = file ?? ("imagePath" in sample ? sample.imagePath : sample.imageId);
  return { row: sample.row, file: path, code, message };
}

async function listFailures(path: string, { failures }: WrittenMasks): Promise<void> {
  if (failures.length === 0) return rm(path, { force: true });
  const lines = failures.map(({ row, file, code, message }) => [String(row), file, code, message]);
  await writeFileAtomic(path, csvLines([["row", "file", "code", "message"], ...lines]));
}
