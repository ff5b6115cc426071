// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.

/** The options of `startApp`. */
export interface StartAppOptions {
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
  /** Port of the page; 0: a free one. Default: `0`. */
  port?: number | undefined;
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
  /** The reference's parameters.yml, for checkpoints of the older network. */
  legacyParameters?: string | undefined;
}
