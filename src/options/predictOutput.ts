/** Options of `predict` about its output. */
import { z } from "zod";
import { PROGRESS_KINDS } from "../console/progress.js";

const file = z.string().min(1);

export const predictOutputShape = {
  outputPath: file.optional().meta({
    changesOutput: false,
    description:
      "file for the predictions, - for stdout (the command's default for an `annotationCsv`: output/predictions_results.csv)",
    argument: "<file>",
    reference: true,
    short: "o",
  }),
  format: z
    .enum(["csv", "jsonl"])
    .default("csv")
    .meta({ changesOutput: false, description: "format of the output", argument: "<name>" }),
  memberCsvs: file.optional().meta({
    description: "folder for the predictions of each member of an ensemble, as <member>.csv",
    argument: "<folder>",
  }),
  saveMasks: file.optional().meta({
    changesOutput: false,
    description: "folder for the masks that a model makes, as PNG, laid out as the pictures",
    argument: "<folder>",
  }),
  saliency: file.optional().meta({
    changesOutput: false,
    description:
      "folder for pictures of where each age comes from, as <dir>/<picture>.saliency.png: the network's input with a map of " +
      "heat (Grad-CAM; for networks without convolutions, occlusion)",
    argument: "<folder>",
  }),
  debugPictures: file.optional().meta({
    changesOutput: false,
    description:
      "folder for pictures of what the networks are given: <picture>.input0.png and so on, and <picture>.box.png with the box that a cropper found",
    argument: "<folder>",
  }),
  dicomOut: file.optional().meta({
    description:
      "folder for a DICOM report (SR) and an annotated copy (SC) of each predicted DICOM file, in its study; they name the " +
      "patient as the file does",
    argument: "<folder>",
  }),
  resume: z.boolean().default(false).meta({
    changesOutput: false,
    description:
      "resume an interrupted run of the same command; after a finished run, repeat only the rows that failed",
  }),
  overwrite: z
    .boolean()
    .default(false)
    .meta({ changesOutput: false, description: "discard the partial output of an interrupted run" }),
  autoOrient: z
    .boolean()
    .default(false)
    .meta({
      description:
        "turn pictures whose fingers surely point down or aside, and invert those that surely have dark bone, where there is a " +
        "mask; the column oriented has what was done",
    }),
  onQuality: z
    .enum(["none", "report", "fail"])
    .optional()
    .meta({
      description:
        "checks of every picture: none, a column quality with what is doubtful, or a failed row (default: " +
        "report where a model makes the masks, else none)",
    }),
  strict: z
    .boolean()
    .default(false)
    .meta({ description: "count a row without a mask as a failure instead of leaving it out" }),
  progress: z
    .enum(PROGRESS_KINDS)
    .default("auto")
    .meta({ description: "how progress is shown on stderr", argument: "<kind>" }),
  yes: z
    .boolean()
    .default(false)
    .meta({ description: "answer yes to every question (installing libtorch)", short: "y" }),
};
