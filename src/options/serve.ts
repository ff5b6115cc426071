/** Options of `serve`, declared once. */
import { z } from "zod";
import { checkpointOptions } from "./checkpoint.js";
import { deviceOptions } from "./device.js";
import { predictOptions } from "./predict.js";
import { sizeOption } from "./size.js";
import { trustOptions } from "./trust.js";

const { predictSex, maskModel, batchSize, maxMemory, numWorkers, yes } = predictOptions.shape;
const { legacyCkp, backbone, weights, parameters, biasUnit } = checkpointOptions.shape;

const models = {
  model: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({
      description:
        "the model, as path or name=path; several files joined by commas are an ensemble, several arguments are models to " +
        "choose from by the field model, the first by default (default: the bundled one)",
      argument: "<[name=]path...>",
      short: "m",
    }),
  predictSex: predictSex.meta({
    ...predictSex.meta(),
    description: "a model with a sex head that predicts the sex where a request gives none",
  }),
  maskModel: maskModel.meta({
    ...maskModel.meta(),
    description:
      "a hand-mask model that makes the masks that are not given; auto: the bundled one, where a model needs masks; none: " +
      "predict without",
  }),
  ...{ legacyCkp, backbone, weights, parameters, biasUnit },
  ...trustOptions.shape,
};

const address = {
  host: z.string().min(1).default("127.0.0.1").meta({
    description:
      "address to listen on; other machines reach 0.0.0.0, which needs a `token` or `insecure: true`",
    argument: "<address>",
  }),
  port: z.int().min(0).max(65_535).default(8080).meta({
    description: "port to listen on; 0: a free one",
    argument: "<n>",
  }),
  token: z
    .string()
    .min(16, "must have at least 16 letters")
    .optional()
    .meta({
      description:
        "requests must have it as `Authorization: Bearer <token>` (default: the variable DEEPLASIA_TOKEN, which other users of the " +
        "machine cannot see)",
      argument: "<text>",
    }),
  insecure: z
    .boolean()
    .default(false)
    .meta({ description: "listen on other addresses than the loopback without a token" }),
  cors: z.array(z.string().min(1)).default([]).meta({
    description: "origins whose pages may call the service, such as https://pacs.example",
    argument: "<origin...>",
  }),
  allowedHosts: z
    .array(z.string().min(1))
    .default([])
    .meta({
      description:
        "names under which clients may call it, besides its address: on the loopback all others are refused, against pages that " +
        "rebind their name to it",
      argument: "<name...>",
    }),
};

const work = {
  batchSize: batchSize.meta({
    ...batchSize.meta(),
    description: "most pictures that are predicted together: those that came while the networks were busy",
  }),
  maxWaitMs: z.number().min(0).max(60_000).default(0).meta({
    description: "how long the first picture of a batch that is not full waits for others, ms",
    argument: "<ms>",
  }),
  queueSize: z.int().min(1).max(100_000).default(64).meta({
    description: "most pictures in hand, waiting or in work; more are refused with 429",
    argument: "<n>",
  }),
  queueTimeoutMs: z.int().min(1).max(3_600_000).default(30_000).meta({
    description: "how long a picture may wait for its batch, ms; then it is refused with 503",
    argument: "<ms>",
  }),
  requestTimeoutMs: z.int().min(1).max(3_600_000).default(120_000).meta({
    description: "how long a request may take to arrive, and a picture to be answered, ms",
    argument: "<ms>",
  }),
  maxBytes: sizeOption.default(64_000_000).meta({
    description: "most bytes of an uploaded file; more are refused with 413 before they are read",
    argument: "<size>",
  }),
  maxUploads: sizeOption.default(512_000_000).meta({
    description: "most bytes of all requests in hand; more are refused with 429",
    argument: "<size>",
  }),
  maxPixels: z
    .int()
    .min(1)
    .max(0x3fff ** 2)
    .default(50_000_000)
    .meta({
      description: "most pixels of a picture; more are refused with 413 before it is decoded",
      argument: "<n>",
    }),
  maxFiles: z.int().min(1).max(1000).default(32).meta({
    description: "most pictures of one request to /predict/batch",
    argument: "<n>",
  }),
  ...{ maxMemory, numWorkers },
  ...deviceOptions,
};

const pacs = {
  watch: z
    .tuple([z.string().min(1), z.string().min(1)])
    .optional()
    .meta({
      description:
        "two folders, IN and OUT: each DICOM file that appears in IN is predicted, its report (SR), annotated copy (SC) and JSON " +
        "are written to OUT, and it is moved to OUT/done, or to OUT/failed with the reason beside it",
      argument: "<folder...>",
    }),
  watchSettleMs: z.int().min(100).max(3_600_000).default(3000).meta({
    description: "how long a file in IN must not change before it is taken to be whole, ms",
    argument: "<ms>",
  }),
  removeDone: z.boolean().default(false).meta({
    description: "remove the files that were predicted, instead of keeping them in OUT/done",
  }),
  dicomPort: z.int().min(0).max(65_535).optional().meta({
    description:
      "also take radiographs that are sent by C-STORE to this port, as if they had appeared in IN; 0: a free one, named in the log",
    argument: "<n>",
  }),
  dicomHost: z.string().min(1).default("127.0.0.1").meta({
    description:
      "address for `dicomPort`; DICOM has no token: whoever reaches another address than the loopback may send",
    argument: "<address>",
  }),
  aet: z
    .string()
    .regex(/^(?=.*\S)[ -[\]-~]{1,16}$/, "must be an AE title: 1 to 16 letters, without a backslash")
    .default("DEEPLASIA")
    .meta({
      description: "AE title of `dicomPort`; senders that call another one are refused",
      argument: "<title>",
    }),
};

const logging = {
  logLevel: z.enum(["info", "warn", "error", "silent"]).default("info").meta({
    description:
      "lines of JSON on stderr; info: one a request, without names of files and without anything of a patient",
  }),
};

/** Headings of `--help`, in order, with the options below each. */
export const SERVE_GROUPS = {
  "Models:": models,
  "Address:": address,
  "Work and limits:": work,
  "PACS:": pacs,
  "Run:": { ...logging, yes },
};

/** Options of the library call. */
export const serveOptions = z.strictObject({ ...models, ...address, ...work, ...pacs, ...logging });
export type ServeOptions = z.infer<typeof serveOptions>;

export const serveFlags = serveOptions.extend({ yes });
