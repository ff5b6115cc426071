import type { Logger } from "../../console/logger.js";
import type { TrainConfig } from "../../options/train/index.js";
import type { EpochEvent, Hook, HookState } from "../hook.js";
import { createSchedule, type Schedule, type ScheduleState } from "./createSchedule.js";

type Settings = Pick<TrainConfig, "lr_scheduler" | "optimizer" | "trainer">;

/** The schedule of the learning rate as a hook: stepped once per epoch, after validation. */
export class LearningRate implements Hook {
  readonly name = "learningRate";
  private readonly schedule: Schedule;

  /** Throws ERR_DEEPLASIA_OPTION for a schedule without an end that needs one. */
  constructor(
    private readonly config: Settings,
    private readonly logger: Logger,
  ) {
    const { lr_scheduler, optimizer, trainer } = config;
    this.schedule = createSchedule(lr_scheduler, optimizer.init_args.lr, trainer.max_epochs);
  }

  /** The learning rate of the current epoch. */
  get value(): number {
    return this.schedule.learningRate;
  }

  afterEpoch({ metrics, position }: EpochEvent): void {
    const before = this.value;
    this.schedule.step(metrics);
    if (this.value !== before && this.isVerbose)
      this.logger.info(`learning rate from epoch ${position.epoch + 2} on: ${this.value}`);
  }

  /** A class without the setting is verbose. */
  private get isVerbose(): boolean {
    const { init_args } = this.config.lr_scheduler;
    return !("verbose" in init_args) || init_args.verbose;
  }

  state(): HookState {
    return this.schedule.state();
  }

  restore(state: HookState): void {
    this.schedule.restore(state as ScheduleState);
  }
}
