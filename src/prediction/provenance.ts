/**
 * `<output>.provenance.json`: which model with which contract, on which rows, with which options and versions gave an
 * output. It holds no names or data of patients: of pictures given by name only their number, of rows only a digest.
 */
import type { Cohort } from "../data/openCohort.js";
import { forwardSize } from "../inference/forwardSize.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import { native } from "../native.js";
import type { RunIdentity } from "../predictionFiles/runFile.js";
import { processFacts } from "../processFacts.js";
import { word } from "../slurm/quote.js";
import type { CohortRun } from "./cohortRun.js";
import type { Members } from "./members.js";

/** All but what is known only at the end (`FileOutput`). `identity` has the digests of the models. */
export function provenanceOf(
  { list, names }: Members,
  cohort: Cohort,
  run: CohortRun,
  identity: RunIdentity,
  maskModel: HandMaskModel | undefined,
  command: string | undefined,
): Record<string, unknown> {
  const { files, sexModel, maskModel: _, memberNames: __, signal, onProgress, logger, ...options } = run;
  const { buildInfo } = native();
  return {
    ...processFacts(),
    libtorch: buildInfo().libtorchCompiled,
    command: command === undefined ? null : withoutPictures(command, files ?? []),
    models: list.map((model, i) => modelFacts(model, names?.[i] ?? null, identity.models[i]!.file, run)),
    sexModel: sexModel === undefined ? null : modelFacts(sexModel, null, identity.sexModel!.file, run),
    maskModel: maskModel === undefined ? null : maskModelFacts(maskModel, identity.maskModel!.file),
    cohort: { sha256: cohort.sha256, rows: cohort.total, pictures: files?.length ?? null },
    options,
  };
}

function modelFacts(model: BoneAgeModel, member: string | null, sha256: string, run: CohortRun) {
  const { file, contract, merged, device, settings, network } = model;
  return {
    member,
    file,
    sha256,
    network,
    contract,
    ...(model.cropper !== null && {
      cropper: { file: model.cropper.file, contract: model.cropper.contract },
    }),
    origins: Object.fromEntries(merged.origins),
    overridden: model.overridden,
    device: `${device.name} (${device.reason})`,
    threads: settings.threads,
    precision: settings.precision,
    picturesAtOnce: forwardSize(model, run),
  };
}

function maskModelFacts({ file, contract, device }: HandMaskModel, sha256: string) {
  return { file, sha256, contract, device: `${device.name} (${device.reason})` };
}

/** A picture's name may be a patient's. */
function withoutPictures(command: string, files: readonly string[]): string {
  const names = new Set(files.map(word));
  let text = command;
  for (const name of names) if (name.includes(" ")) text = text.replaceAll(` ${name}`, " (picture)");
  return text
    .split(" ")
    .map((each) => (names.has(each) ? "(picture)" : each))
    .join(" ");
}
