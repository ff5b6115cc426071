/** The best model and the last one, as files that predict. */
import type { Logger } from "../../console/logger.js";
import type { EpochEvent, Hook, HookState } from "../hook.js";
import { type EarlyStoppingOptions, isBetter } from "./earlyStopping.js";

export class Checkpoints implements Hook {
  readonly name = "checkpoints";
  /** Of the monitored metric; null before the first value that is finite. */
  private best: number | null = null;
  /** Epoch of the best model; null before the first. */
  private bestEpoch: number | null = null;

  constructor(
    private readonly options: Pick<EarlyStoppingOptions, "monitor" | "mode">,
    private readonly files: { bestModel: string; lastModel: string },
    /** Write the model as it is now, whole or not at all. */
    private readonly save: (file: string) => Promise<void>,
    private readonly logger: Logger,
  ) {}

  /** Throws ERR_DEEPLASIA_OUTPUT. */
  async afterEpoch({ metrics, position: { epoch } }: EpochEvent): Promise<void> {
    await this.save(this.files.lastModel);
    const value = metrics[this.options.monitor];
    if (value === undefined || !this.isBest(value)) return;
    await this.save(this.files.bestModel);
    this.best = Number.isFinite(value) ? value : null;
    this.bestEpoch = epoch;
  }

  /** The first is the best, whatever it is, so that there is one. */
  private isBest(value: number): boolean {
    if (this.bestEpoch === null) return true;
    return Number.isFinite(value) && (this.best === null || isBetter(value, this.best, this.options.mode));
  }

  /** For the log at the end. */
  report(): void {
    if (this.bestEpoch === null)
      this.logger.warn("no epoch was validated: the last model is the best there is");
    else
      this.logger.info(
        `best model: epoch ${this.bestEpoch + 1}, ${this.options.monitor} ${this.best?.toFixed(4) ?? "not finite"}`,
      );
  }

  get hasBest(): boolean {
    return this.bestEpoch !== null;
  }

  state(): HookState {
    return { best: this.best, bestEpoch: this.bestEpoch };
  }

  restore({ best, bestEpoch }: HookState): void {
    this.best = best as number | null;
    this.bestEpoch = bestEpoch as number | null;
  }
}
