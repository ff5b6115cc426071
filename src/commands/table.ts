/**
 * Every command in the order of the help. A command's module is imported only when the command runs, since a program
 * that loads them all starts four times as slowly.
 */
import type { Command } from "commander";

export interface CommandEntry {
  name: string;
  /** The heading of the help that the command stands under. */
  group: string;
  description: string;
  /** Whether it needs libtorch in all its forms. */
  needsLibtorch?: true;
  /** Returns the function that adds arguments, options and actions; it is given what makes the whole program. */
  load: () => Promise<(command: Command, createProgram: () => Promise<Command>) => void>;
}

const BONE_AGES = "Bone ages:";
const MODELS = "Models:";
const TRAINING = "Training and cohorts:";
const INSTALLATION = "Clusters and installation:";

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "predict",
    group: BONE_AGES,
    description: "predict bone ages from radiographs: files and folders, or the rows of an annotation CSV",
    needsLibtorch: true,
    load: async () => (await import("./predict.js")).definePredict,
  },
  {
    name: "mask",
    group: BONE_AGES,
    description: "find the hands in pictures and write their masks, for models that need them",
    needsLibtorch: true,
    load: async () => (await import("./mask.js")).defineMask,
  },
  {
    name: "merge",
    group: BONE_AGES,
    description:
      "join the shares of a prediction that several tasks made (predict in a SLURM array, or --shard)",
    load: async () => (await import("./merge.js")).defineMerge,
  },
  {
    name: "ensemble",
    group: BONE_AGES,
    description:
      "combine several members' predictions to their mean: CSVs of predict, or of the reference's predict.py",
    load: async () => (await import("./ensemble.js")).defineEnsemble,
  },
  {
    name: "evaluate",
    group: BONE_AGES,
    description: "how good predictions are, where they fail, and how sure one may be: a report",
    load: async () => (await import("./evaluate.js")).defineEvaluate,
  },
  {
    name: "calibrate",
    group: BONE_AGES,
    description: "a site's own linear correction of a model, written into a copy where it helps",
    needsLibtorch: true,
    load: async () => (await import("./calibrate.js")).defineCalibrate,
  },
  {
    name: "compare",
    group: BONE_AGES,
    description: "whether one model, or reader, is better than another on the same pictures: a report",
    load: async () => (await import("./compare.js")).defineCompare,
  },
  {
    name: "serve",
    group: BONE_AGES,
    description: "predict over HTTP: a service with a page",
    needsLibtorch: true,
    load: async () => (await import("./serve.js")).defineServe,
  },
  {
    name: "app",
    group: BONE_AGES,
    description: "bone ages on a page in your browser: drop pictures, read results",
    needsLibtorch: true,
    load: async () => (await import("./app.js")).defineApp,
  },
  {
    name: "convert",
    group: MODELS,
    description:
      "convert a checkpoint (Lightning, state dict, safetensors) to a model with its contract inside",
    load: async () => (await import("./convert.js")).defineConvert,
  },
  {
    name: "init",
    group: MODELS,
    description: "make a new network with random or ImageNet weights, to be trained",
    load: async () => (await import("./init.js")).defineInit,
  },
  {
    name: "inspect",
    group: MODELS,
    description: "show a model's inputs, size and contract, and where each value of the contract came from",
    load: async () => (await import("./inspect.js")).defineInspect,
  },
  {
    name: "manifest",
    group: MODELS,
    description: "write a model's contract: what its pictures and outputs are",
    load: async () => (await import("./manifest.js")).defineManifest,
  },
  {
    name: "models",
    group: MODELS,
    description: "list, download, add and remove models that people can have",
    load: async () => (await import("./registry.js")).defineModels,
  },
  {
    name: "train",
    group: TRAINING,
    description: "train a network on a cohort, and test the best epoch",
    load: async () => (await import("./train.js")).defineTrain,
  },
  {
    name: "cohort",
    group: TRAINING,
    description: "make, split and check the CSVs of a cohort",
    load: async () => (await import("./cohort.js")).defineCohort,
  },
  {
    name: "pack",
    group: TRAINING,
    description: "a cohort's pictures, decoded, masked and cropped once, in one file for predict and train",
    needsLibtorch: true,
    load: async () => (await import("./pack.js")).definePack,
  },
  {
    name: "augment-preview",
    group: TRAINING,
    description:
      "draw a sheet of augmented pictures, as training would see them in one epoch after the other",
    load: async () => (await import("./augmentPreview.js")).defineAugmentPreview,
  },
  {
    name: "phantom",
    group: TRAINING,
    description: "draw synthetic hand radiographs with known bone ages, to try and to test everything",
    load: async () => (await import("./phantom.js")).definePhantom,
  },
  {
    name: "slurm",
    group: INSTALLATION,
    description: "run a command as a job on a SLURM cluster",
    load: async () => (await import("./slurm.js")).defineSlurm,
  },
  {
    name: "libtorch",
    group: INSTALLATION,
    description: "install, list or remove libtorch in the package's cache",
    load: async () => (await import("./libtorch.js")).defineLibtorch,
  },
  {
    name: "doctor",
    group: INSTALLATION,
    description: "check this installation: libtorch, addon, devices; exit code 0 if it works",
    load: async () => (await import("./doctor.js")).defineDoctor,
  },
  {
    name: "completion",
    group: INSTALLATION,
    description: "print a script with which a shell completes commands, flags, values and paths",
    load: async () => (await import("./completion/index.js")).defineCompletion,
  },
];
