/** A script can do whatever the command can: every command has its library call. */
import type { Command } from "commander";
import { expect, test } from "vitest";
import * as library from "../../../src/index.js";
import { createProgram } from "../../../src/program.js";

/** Commands, each with the exports that do the same. */
const CALLS: Record<string, readonly (keyof typeof library)[]> = {
  app: ["startApp"],
  predict: ["predictImage", "createPredictor", "predictCohort", "writePredictions"],
  mask: ["writeMasks", "loadHandMaskModel"],
  pack: ["packCohort", "verifyPack"],
  merge: ["mergeShares"],
  ensemble: ["combinePredictions"],
  calibrate: ["calibrateModel"],
  evaluate: ["evaluatePredictions", "evaluateModels", "evaluateRun"],
  compare: ["comparePredictions"],
  convert: ["convertModel"],
  init: ["initModel"],
  inspect: ["inspectModel"],
  // With `createTrainer` a script writes its own loop.
  train: ["createTrainer"],
  "models list": ["listModels"],
  "models get": ["getModel"],
  "models add": ["addModel"],
  "models show": ["showModel"],
  "models remove": ["removeModel"],
  "manifest fields": ["MANIFEST_FIELD_FACTS"],
  "manifest write": ["writeManifest"],
  "cohort import rsna": ["importCohort"],
  "cohort import dha": ["importCohort"],
  "cohort import dicom": ["importCohort"],
  "cohort import generic": ["importCohort"],
  "cohort split": ["splitCohort"],
  "cohort check": ["checkCohort"],
  "augment-preview": ["previewAugmentation"],
  phantom: ["writePhantoms"],
  "slurm submit": ["submitSlurmJob"],
  "slurm template": ["slurmJobScript"],
  "slurm status": ["slurmJobStatus"],
  "slurm cancel": ["cancelSlurmJob"],
  "slurm logs": ["slurmJobOutputs"],
  "libtorch install": ["installLibtorch"],
  "libtorch list": ["listLibtorch"],
  "libtorch remove": ["removeLibtorch"],
  serve: ["serve"],
  doctor: ["diagnose", "benchmarkMachine"],
};

/** Commands for shells and for the scripts of jobs, which a script in Node has no use for. */
const FOR_SHELLS = ["completion", "slurm doctor", "slurm requeue", "help"];

/** Paths of the commands that have no commands below them. */
function leaves(command: Command, path: readonly string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(" ")];
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
}

test("every command has its library call", async () => {
  const commands = leaves(await createProgram()).filter(
    (path) => !FOR_SHELLS.some((other) => path.startsWith(other)),
  );
  expect(commands.filter((path) => !(path in CALLS))).toEqual([]);
  expect(Object.keys(CALLS).filter((path) => !commands.includes(path))).toEqual([]);
  expect(Object.keys(library)).toEqual(expect.arrayContaining(Object.values(CALLS).flat()));
});
