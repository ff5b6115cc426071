import type { EpochEvent, Hook, HookState } from "../hook.js";
import { AppendedFile } from "./appendedFile.js";
import { METRIC_NAMES } from "./metricsHook.js";

const PLACE = ["epoch", "step", "learning_rate", "seconds"];

/** Writes `metrics.csv`: one row per epoch, one column per metric. */
export class MetricsCsv implements Hook {
  readonly name = "metricsCsv";
  private file: AppendedFile | undefined;

  constructor(private readonly path: string) {}

  /** Throws ERR_DEEPLASIA_OUTPUT. */
  afterEpoch({ position, learningRate, metrics }: EpochEvent): void {
    this.file ??= new AppendedFile(this.path);
    if (this.file.bytes === 0) this.file.append(line([...PLACE, ...METRIC_NAMES]));
    const place = [position.epoch, position.globalStep, learningRate, Number(position.seconds.toFixed(1))];
    this.file.append(line([...place, ...METRIC_NAMES.map((name) => metrics[name] ?? "")]));
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
