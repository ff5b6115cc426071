/** Predictions of all views of each picture, which is decoded once. */
import type { Sex } from "../data/annotations.js";
import { DeeplasiaError } from "../errors.js";
import type { ReadPicture } from "../image/readPicture.js";
import { useWorkers } from "../image/workers.js";
import type { BoneAgeModel } from "../model/model.js";
import { BlockPredictor, type Outcome } from "../prediction/blockPredictor.js";
import type { Reading } from "../prediction/months.js";
import type { NamedView } from "./views.js";

/** What is looked at. */
export interface Subject {
  imagePath: string;
  maskPath: string | null;
  sex: Sex;
}

export interface ViewOptions {
  views: readonly NamedView[];
  batchSize: number;
  /** Pictures that are decoded and preprocessed at once. */
  numWorkers: number;
  read?: ReadPicture | undefined;
  /** Stops between two batches. */
  signal?: AbortSignal | undefined;
}

/**
 * What the model says of every view of each subject, in order; of one that fails in any view, why.
 *
 * Throws the signal's reason as ERR_DEEPLASIA_ABORTED.
 */
export async function* predictViews<S extends Subject>(
  model: BoneAgeModel,
  subjects: readonly S[],
  { signal, ...options }: ViewOptions,
): AsyncGenerator<{ subject: S; readings: Reading[] } | { subject: S; error: DeeplasiaError }> {
  const { batchSize } = options;
  const numWorkers = useWorkers(options.numWorkers);
  const predictor = new BlockPredictor([model], { ...options, numWorkers });
  try {
    for (let start = 0; start < subjects.length; start += batchSize) {
      if (signal?.aborted) throw aborted(signal);
      const block = subjects.slice(start, start + batchSize);
      const outcomes = await predictor.predict(
        block.map(({ imagePath, maskPath, sex }) => ({ source: { image: imagePath, mask: maskPath }, sex })),
      );
      for (const [i, subject] of block.entries()) yield { subject, ...settled(outcomes[i]!) };
    }
  } finally {
    await predictor.dispose();
  }
}

function settled({ readings }: Outcome): { readings: Reading[] } | { error: DeeplasiaError } {
  const error = readings.find((reading) => reading instanceof DeeplasiaError);
  return error === undefined ? { readings: readings as Reading[] } : { error };
}

function aborted(signal: AbortSignal): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_ABORTED", "stopped before the end", { cause: signal.reason });
}
