import type { EpochEvent, Hook, HookState } from "../hook.js";
import { AppendedFile } from "./appendedFile.js";

const PLACE = ["epoch", "step", "learning_rate", "seconds"];

/** Writes `metrics.csv`: one row per epoch, one column per metric. */
export class MetricsCsv implements Hook {
  readonly name = "metricsCsv";
  private file: AppendedFile | undefined;

  /** @param names the metrics that an epoch can have, in the order of the columns. */
  constructor(
    private readonly path: string,
    private readonly names: readonly string[],
  ) {}

  /** Throws ERR_DEEPLASIA_OUTPUT. */
  afterEpoch({ position, learningRate, metrics }: EpochEvent): void {
    this.file ??= new AppendedFile(this.path);
    if (this.file.bytes === 0) this.file.append(line([...PLACE, ...this.names]));
    const place = [position.epoch, position.globalStep, learningRate, Number(position.seconds.toFixed(1))];
    this.file.append(line([...place, ...this.names.map((name) => metrics[name] ?? "")]));
  }

  state(): HookState {
    this.file?.flush();
    return { bytes: this.file?.bytes ?? 0 };
  }

  restore({ bytes }: HookState): void {
    this.file = new AppendedFile(this.path, bytes as number);
  }
}

/** Neither names nor numbers contain a character that would need quotes. */
const line = (cells: readonly (string | number)[]) => `${cells.join(",")}\n`;
