/** Pictures of a report as the first network saw them, beside the same with what its age comes from. */
import sharp from "sharp";
import { isFailedSample, type Sample } from "../data/sample.js";
import { predictBlocks } from "../inference/predictBlocks.js";
import { SaliencyModel, type SeenPicture } from "../model/saliencyModel.js";
import { predictCohortOptions } from "../prediction/arguments.js";
import { openCohortOf, openMaskModel } from "../prediction/cohortRun.js";
import type { Members } from "../prediction/members.js";
import type { DrawCases, Thumbnail } from "../report/cases.js";
import { requireOptions } from "../schema/checkValue.js";
import type { ModelEvaluationRun } from "./arguments.js";
import type { EvaluatedPart } from "./evaluatedParts.js";
import { rowsOfPart } from "./predictPart.js";

/** Pixels of a thumbnail's longer side, and the quality of its WebP. */
const SIDE = 200;
const QUALITY = 70;

const placeOf = ({ dir, imageId }: { dir: string; imageId: string }) => JSON.stringify([dir, imageId]);

/** Draws pictures of a part; one that cannot be read is left out. */
export function drawCases({ list }: Members, part: EvaluatedPart, run: ModelEvaluationRun): DrawCases {
  const model = list[0]!;
  return async (rows) => {
    const wanted = new Map(rows.map((row) => [placeOf(row), row]));
    const drawn = new Map<(typeof rows)[number], Thumbnail>();
    const options = requireOptions(predictCohortOptions, rowsOfPart(part, run));
    await using maskModel = await openMaskModel([model], options);
    const cohort = await openCohortOf([model], options);
    await using saliency = await SaliencyModel.load(model);
    const subjectOf = (sample: Sample) => {
      if (isFailedSample(sample)) return null;
      const { imagePath, maskPath, sex } = sample;
      const keepSaliency = async (seen: SeenPicture) => {
        drawn.set(wanted.get(placeOf(sample))!, await thumbnail(seen));
      };
      return { source: { image: imagePath, mask: maskPath }, sex, keepSaliency };
    };
    const blocks = predictBlocks([model], chosen(cohort.samples(0), wanted), {
      ...{ ...options, onQuality: undefined, saliencyModels: [saliency] },
      ...{ views: [{ flip: options.flip, rotationAngle: options.rotationAngle }], subjectOf },
      ...{ headerSex: cohort.hasHeaders, maskModel: maskModel?.get },
    });
    for await (const _ of blocks) run.signal?.throwIfAborted();
    return drawn;
  };
}

async function* chosen(
  samples: AsyncIterable<Sample>,
  wanted: ReadonlyMap<string, unknown>,
): AsyncGenerator<Sample> {
  for await (const sample of samples) if (wanted.has(placeOf(sample))) yield sample;
}

async function thumbnail({ input, overlay, width, height }: SeenPicture): Promise<Thumbnail> {
  const scale = SIDE / Math.max(width, height);
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  const small = (data: Uint8Array, channels: 1 | 3) =>
    sharp(data, { raw: { width, height, channels } })
      .resize(across, down, { fit: "fill" })
      .toColourspace("srgb")
      .png()
      .toBuffer();
  const both = { width: 2 * across, height: down };
  const webp = await sharp({ create: { ...both, channels: 3, background: "black" } })
    .composite([
      { input: await small(input, 1), left: 0, top: 0 },
      { input: await small(overlay, 3), left: across, top: 0 },
    ])
    .webp({ quality: QUALITY })
    .toBuffer();
  return { ...both, url: `data:image/webp;base64,${webp.toString("base64")}` };
}
