/** The schedule as a hook: stepped once an epoch, after validation. */
import type { Logger } from "../../console/logger.js";
import type { EpochEvent, Hook, HookState } from "../hook.js";
import type { Schedule, ScheduleState } from "./schedules.js";

export class LearningRate implements Hook {
  readonly name = "learningRate";

  constructor(
    private readonly schedule: Schedule,
    /** For a line in the log at each change; null: none. */
    private readonly logger: Logger | null,
  ) {}

  /** Of the epoch at hand. */
  get value(): number {
    return this.schedule.learningRate;
  }

  afterEpoch({ metrics, position }: EpochEvent): void {
    const before = this.value;
    this.schedule.step(metrics);
    if (this.value !== before)
      this.logger?.info(`learning rate from epoch ${position.epoch + 2} on: ${this.value}`);
  }

  state(): HookState {
    return this.schedule.state();
  }

  restore(state: HookState): void {
    this.schedule.restore(state as ScheduleState);
  }
}
