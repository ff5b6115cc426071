/** Fields about the pictures that a network takes, the same for every kind of model. */
import { z } from "zod";

const positive = z.number().positive();

export const pictureFields = {
  inputSize: z
    .tuple([z.union([z.literal(1), z.literal(3)]), z.int().min(8).max(4096), z.int().min(8).max(4096)])
    .meta({
      description: "channels, height, width of the network's input",
      argument: "<C H W>",
      reference: true,
    }),
  fit: z.enum(["centre-square", "stretch", "pad", "pad-after-resize"]).meta({
    description:
      "how a picture that is not square becomes the input: cut, stretched, padded to a square, or resized and then padded",
  }),
  depth: z.enum(["as-read", "8"]).meta({
    description: "16-bit pictures: as-read keeps their values (default), 8 takes the high byte",
  }),
  cropper: z.string().min(1).meta({
    description:
      "model that finds the box of the hand, which is cut out first; beside the model where it is no whole path; none: the whole picture (default)",
    argument: "<model|none>",
  }),
  matchHistogram: z.string().min(1).meta({
    description:
      "match the grey levels to a reference: ianpan-bone-age (its published histogram), a picture, or none (default); needs depth 8",
    argument: "<reference>",
  }),
  matchHistogramRounding: z.enum(["none", "truncate"]).meta({
    description: "whether matched grey levels keep their fractions or lose them (default: none)",
  }),
  resize: z.enum(["linear", "area"]).meta({ description: "resampling: linear (no antialiasing) or area" }),
  normalise: z.enum(["zscore", "interval", "equalize", "fixed", "none"]).meta({
    description:
      "grey values to network input: per-picture z-score or [0, 1], histogram equalisation, or fixed constants",
    flag: "image_norm_method",
  }),
  normaliseMean: z.array(z.number()).min(1).max(3).meta({
    description: "fixed: subtracted after dividing by white (255 or 65535); one value, or one a channel",
    argument: "<values...>",
  }),
  normaliseSd: z
    .array(positive)
    .min(1)
    .max(3)
    .meta({ description: "fixed: divisor after that", argument: "<values...>" }),
  equalizeBins: z
    .int()
    .min(2)
    .max(65536)
    .meta({ description: "equalize: number of grey levels", argument: "<n>" }),

  maskNeeded: z.boolean().meta({ description: "the network was trained on masked hands and needs masks" }),
  maskCropSize: z.number().max(10).meta({
    description: "side of the square cut round the mask, times its longer side; 0 or less: no crop",
    argument: "<factor>",
    reference: true,
  }),
  subtractBackground: z
    .boolean()
    .meta({ description: "subtract the 1st percentile of the grey values under the mask" }),
};
