import type { Logger } from "../../console/logger.js";
import type { EpochEvent, Hook, HookState } from "../hook.js";
import { type EarlyStoppingOptions, isBetter } from "./earlyStopping.js";

/** Saves the best and the last model as files that predict. */
export class Checkpoints implements Hook {
  readonly name = "checkpoints";
  /** The file of the best model may be that of a cut epoch. */
  readonly countsCutEpochs = true;
  /** The best value of the monitored metric; null before the first finite one. */
  private best: number | null = null;
  /** The epoch of the best model; null before the first one. */
  private bestEpoch: number | null = null;

  constructor(
    private readonly options: Pick<EarlyStoppingOptions, "monitor" | "mode">,
    private readonly files: { bestModel: string; lastModel: string },
    /** Writes the current model, whole or not at all. */
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

  /** The first one is the best, whatever its value, so that there is a best model. */
  private isBest(value: number): boolean {
    if (this.bestEpoch === null) return true;
    return Number.isFinite(value) && (this.best === null || isBetter(value, this.best, this.options.mode));
  }

  /** Logs which epoch is the best. */
  report(): void {
    if (this.bestEpoch === null)
      this.logger.warn("no epoch was validated: the last model is taken as the best");
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
