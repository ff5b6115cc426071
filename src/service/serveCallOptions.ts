// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { DestinationStream } from "pino";

/** The options of `serve`. */
export interface ServeCallOptions {
  /** The model, as path or name=path; several files joined by commas are an ensemble, several arguments are models to choose from by the field model, the first by default (default: the bundled one). */
  model?: readonly string[] | undefined;
  /** A model with a sex head that predicts the sex where a request gives none. */
  predictSex?: string | undefined;
  /** A hand-mask model that makes the masks that are not given; auto: the bundled one, where a model needs masks; none: predict without. Default: `"auto"`. */
  maskModel?: string | undefined;
  /** Require a checkpoint of the older network (it is recognised without this). Default: `false`. */
  legacyCkp?: boolean | undefined;
  /** Backbone of a checkpoint (it is recognised without this). */
  backbone?: string | undefined;
  /** Key of the weights in a checkpoint that holds several networks: ema, state_dict.teacher. */
  weights?: string | undefined;
  /** The reference's parameters.yml: age mean and SD, slope and intercept by the checkpoint's stem (the command's default: data/parameters.yml where there is one, for a checkpoint of the older network). */
  parameters?: string | undefined;
  /** Unit of a checkpoint's slope and bias: z as training leaves them, months where an evaluation wrote them back. Default: `"z"`. */
  biasUnit?: "z" | "months" | undefined;
  /** Run a TorchScript model even if its code reaches files, processes or unknown functions; a model is a program, so trust only files from people you trust. Default: `false`. */
  trust?: boolean | undefined;
  /** Address to listen on; other machines reach 0.0.0.0, which needs a `token` or `insecure: true`. Default: `"127.0.0.1"`. */
  host?: string | undefined;
  /** Port to listen on; 0: a free one. Default: `8080`. */
  port?: number | undefined;
  /** Requests must have it as `Authorization: Bearer <token>` (default: the variable DEEPLASIA_TOKEN, which other users of the machine cannot see). */
  token?: string | undefined;
  /** Listen on other addresses than the loopback without a token. Default: `false`. */
  insecure?: boolean | undefined;
  /** Origins whose pages may call the service, such as https://pacs.example. Default: `[]`. */
  cors?: readonly string[] | undefined;
  /** Names under which clients may call it, besides its address: on the loopback all others are refused, against pages that rebind their name to it. Default: `[]`. */
  allowedHosts?: readonly string[] | undefined;
  /** Most pictures that are predicted together: those that came while the networks were busy. Default: `16`. */
  batchSize?: number | undefined;
  /** How long the first picture of a batch that is not full waits for others, ms. Default: `0`. */
  maxWaitMs?: number | undefined;
  /** Most pictures in hand, waiting or in work; more are refused with 429. Default: `64`. */
  queueSize?: number | undefined;
  /** How long a picture may wait for its batch, ms; then it is refused with 503. Default: `30000`. */
  queueTimeoutMs?: number | undefined;
  /** How long a request may take to arrive, and a picture to be answered, ms. Default: `120000`. */
  requestTimeoutMs?: number | undefined;
  /** Most bytes of an uploaded file; more are refused with 413 before they are read. Default: `64000000`. */
  maxBytes?: number | string | undefined;
  /** Most bytes of all requests in hand; more are refused with 429. Default: `512000000`. */
  maxUploads?: number | string | undefined;
  /** Most pixels of a picture; more are refused with 413 before it is decoded. Default: `50000000`. */
  maxPixels?: number | undefined;
  /** Most pictures of one request to /predict/batch. Default: `32`. */
  maxFiles?: number | undefined;
  /** Most memory for the pictures in one forward, without the weights: 500MB, 2GB (default: on the CPU as much as makes it faster, on a GPU all memory). */
  maxMemory?: number | string | undefined;
  /** Pictures decoded and preprocessed at once; bounds the memory. Default: `8`. */
  numWorkers?: number | undefined;
  /** Auto, cpu, cuda or cuda:n; a device requested by name is used or refused. Default: `"auto"`. */
  device?: string | undefined;
  /** Number of GPUs: 0 or 1, or a list such as 1,. */
  gpus?: string | undefined;
  /** Cpu, gpu or auto. */
  accelerator?: string | undefined;
  /** 1, or the number of the device as a list. */
  devices?: string | undefined;
  /** Arithmetic of the network: 32 bit, or automatic mixed precision (16 needs CUDA; bf16 on the CPU is slow without AVX-512 BF16). Default: `"32"`. */
  precision?: "16" | "32" | "bf16" | undefined;
  /** Threads of one forward; 0: as libtorch chooses. Default: `0`. */
  threads?: number | undefined;
  /** Two folders, IN and OUT: each DICOM file that appears in IN is predicted, its report (SR), annotated copy (SC) and JSON are written to OUT, and it is moved to OUT/done, or to OUT/failed with the reason beside it. */
  watch?: readonly [string, string] | undefined;
  /** How long a file in IN must not change before it is taken to be whole, ms. Default: `3000`. */
  watchSettleMs?: number | undefined;
  /** Remove the files that were predicted, instead of keeping them in OUT/done. Default: `false`. */
  removeDone?: boolean | undefined;
  /** Also take radiographs that are sent by C-STORE to this port, as if they had appeared in IN; 0: a free one, named in the log. */
  dicomPort?: number | undefined;
  /** Address for `dicomPort`; DICOM has no token: whoever reaches another address than the loopback may send. Default: `"127.0.0.1"`. */
  dicomHost?: string | undefined;
  /** AE title of `dicomPort`; senders that call another one are refused. Default: `"DEEPLASIA"`. */
  aet?: string | undefined;
  /** Lines of JSON on stderr; info: one a request, without names of files and without anything of a patient. Default: `"info"`. */
  logLevel?: "info" | "warn" | "error" | "silent" | undefined;
  /** Where the lines of the log go (default: stderr). */
  logStream?: DestinationStream | undefined;
  /** The reference's parameters.yml, for checkpoints of the older network. */
  legacyParameters?: string | undefined;
}
