/** The hand-mask model of a run, and its lifetime. */
import { basename } from "node:path";
import { type Logger, silentLogger } from "../console/logger.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { BUNDLED_MASK_MODEL } from "../model/bundled.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import { type OpenMaskModel, openMaskModel } from "../model/openMaskModel.js";

/** What makes the masks of pictures without one: a model, its file, `auto` or `none`. */
export type MaskChoice = HandMaskModel | string;

export interface MaskRequest {
  maskModel: MaskChoice;
  /** All networks of the run; the mask model runs where the first one does. */
  models: readonly BoneAgeModel[];
  /** Whether folders of masks are given. */
  hasMasks: boolean;
  logger?: Logger | undefined;
}

/** Returns whether a mask model was asked for, so that it also makes the masks that are missing among given ones. */
export const isExplicit = (choice: MaskChoice) => choice !== "auto" && choice !== "none";

/** Returns whether the pictures of a run have masks, given or made. */
export function usesMasks({ maskModel, models, hasMasks }: Omit<MaskRequest, "logger">): boolean {
  const isNeeded = models.some(({ contract }) => contract.maskNeeded);
  return hasMasks || isExplicit(maskModel) || (maskModel === "auto" && isNeeded);
}

/** A hand-mask model that is loaded when it is first needed. */
export class RunMaskModel implements AsyncDisposable {
  private opening: Promise<OpenMaskModel> | null = null;

  private constructor(
    private readonly choice: MaskChoice,
    private readonly request: MaskRequest,
  ) {}

  /** Returns null where no masks are made. */
  static of(request: MaskRequest): RunMaskModel | null {
    const { maskModel } = request;
    if (isExplicit(maskModel)) return new RunMaskModel(maskModel, request);
    if (request.hasMasks || !usesMasks(request)) return null;
    return new RunMaskModel(BUNDLED_MASK_MODEL, request);
  }

  readonly get = async (): Promise<HandMaskModel> => {
    this.opening ??= this.open();
    return (await this.opening).model;
  };

  private open(): Promise<OpenMaskModel> {
    const { models, logger = silentLogger } = this.request;
    const { device, threads } = models[0]!.settings;
    if (this.choice === BUNDLED_MASK_MODEL) {
      const needing = models.find(({ contract }) => contract.maskNeeded);
      logger.info(`${needing?.file ?? "the model"} needs masks: ${BUNDLED_MASK_TEXT}`);
    }
    return openMaskModel(this.choice, { device, threads });
  }

  /** Notes for predictions with a made mask: that the bundled model made it. */
  get notes(): string[] {
    if (this.choice !== BUNDLED_MASK_MODEL) return [];
    return [
      `its mask was made by ${basename(BUNDLED_MASK_MODEL)}, which was trained on synthetic radiographs alone`,
    ];
  }

  /** Frees the model, unless the caller gave it or it is the bundled one. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.opening?.catch(() => null))?.[Symbol.asyncDispose]();
  }
}

const BUNDLED_MASK_TEXT =
  `the bundled ${basename(BUNDLED_MASK_MODEL)} makes them. It was trained on synthetic radiographs alone ` +
  '(`maskDirs` gives masks, `maskModel: "none"` predicts without)';
