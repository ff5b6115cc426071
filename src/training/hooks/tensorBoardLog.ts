import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { outputError } from "../../files/outputError.js";
import { shortName } from "../../options/classPath.js";
import type { TrainConfig } from "../../options/train/index.js";
import { headerRecord, scalarRecord } from "../../tensorboard/eventRecord.js";
import { type HyperParameters, sessionEnd, sessionStart } from "../../tensorboard/hyperParameterRecords.js";
import type { EpochEvent, Hook, HookState, Metrics, StepEvent } from "../hook.js";
import { AppendedFile } from "./appendedFile.js";

/** Folders below the run's. The last two show both curves of the MAD in one chart. */
const FOLDERS = [".", "Metrics_Age_MAD_months_train", "Metrics_Age_MAD_months_val"] as const;
type Folder = (typeof FOLDERS)[number];

type Settings = Pick<TrainConfig, "lr_monitor" | "optimizer" | "trainer">;

/** Writes TensorBoard's event files, with the reference's tags in the reference's folders. */
export class TensorBoardLog implements Hook {
  readonly name = "tensorBoard";
  private readonly files = new Map<Folder, { name: string; file: AppendedFile }>();
  /** Updates before the current epoch. */
  private epochStart = 0;

  constructor(
    private readonly runFolder: string,
    private readonly config: Settings,
    private readonly now = Date.now,
  ) {}

  /** Writes scalars at a step. Throws ERR_DEEPLASIA_OUTPUT. */
  write(metrics: Metrics, step: number, folder: Folder = "."): void {
    const seconds = this.now() / 1000;
    const records = Object.entries(metrics).map(([tag, value]) => scalarRecord(tag, value, step, seconds));
    this.fileIn(folder, seconds).append(Buffer.concat(records));
  }

  /** Writes what the HPARAMS tab shows beside the metrics of these tags. Throws ERR_DEEPLASIA_OUTPUT. */
  begin(parameters: HyperParameters, metrics: readonly string[]): void {
    const seconds = this.now() / 1000;
    this.fileIn(".", seconds).append(sessionStart(parameters, metrics, seconds));
  }

  /** Writes that the run is done, for the same tab. Throws ERR_DEEPLASIA_OUTPUT. */
  end(): void {
    const seconds = this.now() / 1000;
    this.fileIn(".", seconds).append(sessionEnd(seconds));
  }

  /** Whether the learning rate is logged once per epoch, not with each logged step. */
  private get ratePerEpoch(): boolean {
    return (this.config.lr_monitor.logging_interval ?? "epoch") === "epoch";
  }

  private get rateTag(): string {
    return `lr-${shortName(this.config.optimizer.class_path)}`;
  }

  afterStep({ position, result, learningRate }: StepEvent): void {
    const { log_every_n_steps: everySteps } = this.config.trainer;
    if (!result.updated || position.globalStep % everySteps !== 0) return;
    const rate = this.ratePerEpoch ? {} : { [this.rateTag]: learningRate };
    const norm = result.gradNorm === null ? {} : { "Step-wise/grad_norm": result.gradNorm };
    const loss = result.loss === null ? {} : { "Step-wise/train_loss": result.loss };
    this.write({ ...loss, ...norm, ...rate }, position.globalStep - 1);
  }

  afterEpoch({ position, learningRate, metrics }: EpochEvent): void {
    const { epoch, globalStep } = position;
    const lastStep = Math.max(globalStep - 1, 0);
    const part = (ofSteps: boolean) =>
      Object.fromEntries(
        Object.entries(metrics).filter(([name]) => name.startsWith("Step-wise/") === ofSteps),
      );
    if (this.ratePerEpoch) this.write({ [this.rateTag]: learningRate }, this.epochStart);
    this.write(part(false), epoch);
    this.write({ ...part(true), epoch }, lastStep);
    for (const stage of ["train", "val"] as const) {
      const months = metrics[`Metrics_Age/${stage}_RescaledMAE`];
      if (months !== undefined)
        this.write({ "Metrics_Age/MAD_months": months }, epoch, `Metrics_Age_MAD_months_${stage}`);
    }
    this.epochStart = globalStep;
  }

  /** The folder's event file. At the first use it is a new one, and replaces those of an earlier run. */
  private fileIn(folder: Folder, seconds: number): AppendedFile {
    const known = this.files.get(folder);
    if (known !== undefined) return known.file;
    const place = join(this.runFolder, folder);
    for (const old of namesIn(place).filter((name) => name.startsWith("events.out.tfevents.")))
      rmSync(join(place, old));
    const name = `events.out.tfevents.${Math.floor(seconds)}.${hostname()}.${process.pid}.${this.files.size}`;
    return this.open(folder, name, 0);
  }

  private open(folder: Folder, name: string, bytes: number): AppendedFile {
    const place = join(this.runFolder, folder);
    namesIn(place);
    const file = new AppendedFile(join(place, name), bytes);
    if (file.bytes === 0) file.append(headerRecord(this.now() / 1000));
    this.files.set(folder, { name, file });
    return file;
  }

  state(): HookState {
    const files = [...this.files].map(([folder, { name, file }]) => {
      file.flush();
      return { folder, name, bytes: file.bytes };
    });
    return { files, epochStart: this.epochStart };
  }

  restore({ files, epochStart }: HookState): void {
    this.epochStart = epochStart as number;
    for (const { folder, name, bytes } of files as { folder: Folder; name: string; bytes: number }[])
      this.open(folder, name, bytes);
  }
}

/** Lists a folder, and creates it if need be. Throws ERR_DEEPLASIA_OUTPUT. */
function namesIn(folder: string): string[] {
  try {
    // The run's folder exists, so its parent does.
    if (!existsSync(folder)) mkdirSync(folder);
    return readdirSync(folder);
  } catch (error) {
    throw outputError(error, folder);
  }
}
