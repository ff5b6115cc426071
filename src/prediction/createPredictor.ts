/** A predictor that lives as long as a program and gathers concurrent calls into batches. */
import type { IntervalsField } from "../contract/intervalFields.js";
import { mapInOrder } from "../data/mapInOrder.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import type { PictureInfo } from "../image/openPicture.js";
import { reading } from "../image/readPicture.js";
import type { Turn } from "../image/turned.js";
import { GatheredBlocks } from "../inference/gatheredBlocks.js";
import { requireSexModel } from "../inference/sexModel.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { type PictureArgument, signalOptions } from "../options/library.js";
import { requireOptions } from "../schema/checkValue.js";
import type { SexWord } from "../words.js";
import {
  createPredictorOptions,
  type FoundMask,
  predictionCallOptions,
  predictionRequest,
  requireModels,
} from "./arguments.js";
import { qualityOf } from "./cohortBlocks.js";
import type { CreatePredictorOptions } from "./createPredictorOptions.js";
import { type EnsembleImagePrediction, type ImagePrediction, imagePrediction } from "./imagePrediction.js";
import { RunMaskModel } from "./maskModel.js";
import type { Members, Models } from "./members.js";
import { overrideTexts } from "./overrides.js";
import { pictureSource } from "./pictureBytes.js";
import { usableIntervals } from "./usableIntervals.js";

/** One picture that is to be predicted. */
export interface PredictionRequest {
  /** A file (PNG, JPEG, TIFF, WebP, DICOM) by its path or `file:` URL, or the bytes of one. */
  image: PictureArgument;
  /** The mask of the hand, given as the picture is. Without one, see `maskModel`. */
  mask?: PictureArgument | undefined;
  /**
   * Sex of the child, in the words of a CSV. Needed by a model with a sex input, unless the header of a DICOM file states
   * it or there is a `sexModel`.
   */
  sex?: SexWord | null | undefined;
  /** Degrees clockwise by which the picture, and its mask, are turned before all else. Default 0. */
  turn?: Turn | undefined;
}

/** The options of one call of a predictor. */
export interface PredictionCallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Is called when the picture's batch begins: until then it waited. */
  onBegin?: (() => void) | undefined;
  /** Is given the mask that a model makes for the picture, and awaited. */
  onMask?: ((mask: FoundMask) => void | Promise<void>) | undefined;
}

/** One result of `predictAll`: the prediction, or why there is none. */
export type PredictedRequest<Request, Prediction> =
  | {
      /** What was to be predicted. */
      request: Request;
      /** The prediction. */
      prediction: Prediction;
    }
  | {
      /** What was to be predicted. */
      request: Request;
      /** Why there is no prediction. */
      error: DeeplasiaError;
    };

type PictureSize = Pick<PictureInfo, "width" | "height">;

/** Predicts single pictures, in batches of those that come at the same time. */
export class Predictor<Prediction = ImagePrediction> implements AsyncDisposable {
  private isClosed = false;

  /** @internal */
  constructor(
    private readonly members: Members,
    private readonly blocks: GatheredBlocks,
    private readonly maskModel: RunMaskModel | null,
    private readonly lookAhead: number,
    private readonly intervals: IntervalsField | null,
  ) {}

  /** Pictures that wait for their batch: a service refuses requests where this grows. */
  get queued(): number {
    return this.blocks.queued;
  }

  /**
   * Predicts one picture, together with those of other calls at the same time. A picture that cannot be used fails alone.
   * The last bits of a prediction may depend on what it is predicted with.
   *
   * @throws DeeplasiaError ERR_DEEPLASIA_OPTION for arguments that are not what they must be; _SEX, _NO_HAND, _IMAGE_…,
   *   _MODEL_FORWARD, _NOT_FINITE, _DISPOSED; or the signal's reason.
   */
  async predict(request: PredictionRequest, options: PredictionCallOptions = {}): Promise<Prediction> {
    const { image, mask, sex, turn } = requireOptions(predictionRequest, request);
    const { signal, onBegin, onMask } = requireOptions(predictionCallOptions, options);
    if (this.isClosed) throw closed();
    const source = {
      image: await pictureSource("image", image),
      mask: mask === undefined ? null : await pictureSource("mask", mask),
      turn,
    };
    const keepMask =
      onMask && (async (data: Uint8Array, { width, height }: PictureSize) => onMask({ data, width, height }));
    const subject = { source, sex: sex ?? null, keepMask };
    const outcome = await this.blocks.predict(subject, signal, onBegin).catch((error) => {
      throw signal?.aborted ? signal.reason : toDeeplasiaError(error);
    });
    const file = typeof image === "string" ? image : undefined;
    const about = [
      ...(outcome.mask === null ? [] : (this.maskModel?.notes ?? [])),
      ...overrideTexts(this.members.list, mask !== undefined || outcome.mask !== null),
    ];
    return imagePrediction(this.members, outcome, { file, about, intervals: this.intervals }) as Prediction;
  }

  /**
   * Predicts pictures as they come, and yields what was predicted in their order. It reads ahead by two batches at most.
   * A picture that cannot be predicted is a result with an `error` and does not stop the others.
   *
   * @throws The signal's reason.
   */
  async *predictAll<Request extends PredictionRequest>(
    requests: Iterable<Request> | AsyncIterable<Request>,
    options: Pick<PredictionCallOptions, "signal"> = {},
  ): AsyncGenerator<PredictedRequest<Request, Prediction>> {
    const { signal } = requireOptions(signalOptions, options);
    for await (const result of mapInOrder(requests, this.lookAhead, (one) => this.attempt(one, signal))) {
      signal?.throwIfAborted();
      yield result;
    }
  }

  private async attempt<Request extends PredictionRequest>(
    request: Request,
    signal: AbortSignal | undefined,
  ): Promise<PredictedRequest<Request, Prediction>> {
    try {
      const { image, mask, sex, turn } = request;
      return { request, prediction: await this.predict({ image, mask, sex, turn }, { signal }) };
    } catch (error) {
      return { request, error: toDeeplasiaError(error) };
    }
  }

  /** Waits for all calls that were accepted, then frees the predictor's memory. The models stay loaded. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.blocks.close();
    await this.maskModel?.[Symbol.asyncDispose]();
  }

  /** The same as `dispose`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Creates a predictor for a model or an ensemble. Dispose of it before its models.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION for arguments that are not what they must be; _CONTRACT for a `sexModel` that
 *   cannot predict the sex.
 */
export function createPredictor(
  model: BoneAgeModel,
  options?: CreatePredictorOptions,
): Promise<Predictor<ImagePrediction>>;
export function createPredictor(
  models: readonly BoneAgeModel[],
  options?: CreatePredictorOptions,
): Promise<Predictor<EnsembleImagePrediction>>;
export async function createPredictor(
  models: Models,
  options: CreatePredictorOptions = {},
): Promise<Predictor<ImagePrediction | EnsembleImagePrediction>> {
  const { flip, rotationAngle, memberNames, sexModel, maskModel, onQuality, maxPixels, ...rest } =
    requireOptions(createPredictorOptions, options);
  const members = requireModels(models, { sexModel, maskModel, memberNames });
  if (sexModel !== undefined) await requireSexModel(sexModel);
  const all = sexModel === undefined ? members.list : [...members.list, sexModel];
  const masks = RunMaskModel.of({ maskModel, models: all, hasMasks: false, logger: rest.logger });
  const blocks = new GatheredBlocks(members.list, {
    ...{
      ...rest,
      sexModel,
      headerSex: true,
      read: reading(maxPixels),
      maskModel: masks?.get,
      onQuality: qualityOf({ onQuality, maskModel: masks }),
    },
    views: [{ flip, rotationAngle }],
  });
  const intervals =
    members.names === null ? usableIntervals(members.list[0]!, { flip, rotationAngle }) : null;
  return new Predictor(members, blocks, masks, 2 * rest.batchSize, intervals);
}

function closed(): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_DISPOSED", "this predictor was closed", {
    remedy: "Close it only when nothing needs it any more.",
  });
}
