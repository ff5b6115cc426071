/** One picture of a request to its prediction: it waits for its batch no longer than it may, and may be given up. */
import type { Turn } from "../image/turned.js";
import type { FoundMask } from "../prediction/arguments.js";
import type { Sex } from "../words.js";
import type { Context } from "./context.js";
import { Refusal } from "./refusal.js";
import type { AnyPrediction, ServedModel } from "./servedModel.js";

export interface Upload {
  image: Uint8Array;
  /** The mask that came with it. */
  mask: Uint8Array | undefined;
  sex: Sex | undefined;
  usesMask: boolean;
  turn: Turn;
}

export interface UploadWatching {
  /** Aborts when the client is gone. */
  gone: AbortSignal;
  onMask?: ((mask: FoundMask) => Promise<void>) | undefined;
}

/** @throws Refusal 503 where it waits or takes too long; DeeplasiaError as `predict` of a predictor; the signal's reason. */
export async function predictUpload(
  { options, metrics }: Pick<Context, "options" | "metrics">,
  model: ServedModel,
  { image, mask, sex, usesMask, turn }: Upload,
  { gone, onMask }: UploadWatching,
): Promise<AnyPrediction> {
  const predictor = await model.predictor(usesMask);
  const giveUp = new AbortController();
  const after = (ms: number, refusal: () => Refusal) => setTimeout(() => giveUp.abort(refusal()), ms);
  const timer = after(options.requestTimeoutMs, tookTooLong);
  const queueTimer = after(options.queueTimeoutMs, waitedTooLong);
  const since = performance.now();
  let begun = since;
  const onBegin = () => {
    clearTimeout(queueTimer);
    begun = performance.now();
    metrics.waited(model.name, (begun - since) / 1000);
  };
  const signal = AbortSignal.any([gone, giveUp.signal]);
  try {
    const prediction = await predictor.predict({ image, mask, sex, turn }, { signal, onBegin, onMask });
    metrics.predicted(model.name, (performance.now() - begun) / 1000);
    return prediction;
  } finally {
    clearTimeout(timer);
    clearTimeout(queueTimer);
  }
}

const waitedTooLong = () =>
  new Refusal(503, "QUEUE_TIMEOUT", "the picture waited too long for the networks", {
    remedy: "Ask again after the seconds of the header Retry-After.",
    retryAfter: 5,
  });

const tookTooLong = () =>
  new Refusal(503, "TIMEOUT", "the prediction took too long", {
    remedy: "Ask again later, or with a smaller picture.",
    retryAfter: 5,
  });
