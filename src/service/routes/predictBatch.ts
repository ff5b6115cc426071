/** POST /predict/batch: several pictures at once; one that cannot be predicted does not stop the others. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { answer, answerOf } from "../answer.js";
import type { Context } from "../context.js";
import { batchFields, pictureFields, readFields } from "../fields.js";
import { predictUpload } from "../predictUpload.js";
import { errorAnswer, problemOf } from "../problem.js";
import { readForm } from "../readForm.js";
import { badForm } from "../refusal.js";
import { visitOf } from "../visits.js";

const failure = z.object({ error: errorAnswer.shape.error.omit({ requestId: true }) });

export const batchAnswer = z.object({
  results: z
    .array(z.union([answer, failure]))
    .meta({ description: "one for each file, in their order: a prediction, or why there is none" }),
});
type BatchAnswer = z.infer<typeof batchAnswer>;

export function predictBatchRoute(app: FastifyInstance, context: Context): void {
  const { models, options, metrics } = context;
  app.post("/predict/batch", async (request): Promise<BatchAnswer> => {
    const { place, gone } = visitOf(request);
    const most = Math.min(options.maxFiles, options.queueSize);
    const { files, fields } = await readForm(
      request.raw,
      { files: { file: most }, maxBytes: options.maxBytes },
      place,
    );
    const images = files.get("file") ?? [];
    if (images.length === 0)
      throw badForm(
        "the form has no picture",
        "Send them in the field file, once each: `curl -F file=@a.png -F file=@b.png`.",
      );
    const sexes = sexesOf(fields.get("sex") ?? [], images.length);
    const want = readFields(batchFields, new Map([...fields].filter(([name]) => name !== "sex")));
    const model = models.named(want.model);
    const usesMask = want.use_mask;
    const predictOne = async (image: Buffer, i: number): Promise<BatchAnswer["results"][number]> => {
      try {
        const upload = { image, mask: undefined, sex: sexes[i], usesMask, turn: want.rotate };
        const prediction = await predictUpload(context, model, upload, { gone });
        return answerOf(prediction, { model, ageMonths: undefined });
      } catch (error) {
        const { code, message, remedy } = problemOf(error);
        metrics.rejected(code);
        return { error: { code, message, remedy } };
      }
    };
    return { results: await Promise.all(images.map(predictOne)) };
  });
}

/** One sex for all files, or one for each in their order. */
function sexesOf(words: readonly string[], files: number) {
  if (words.length > 1 && words.length !== files)
    throw badForm(
      `the form has ${words.length} fields sex for ${files} files`,
      "Send one for all, or one for each file.",
    );
  const read = words.map(
    (word) => readFields(pictureFields.pick({ sex: true }), new Map([["sex", [word]]])).sex,
  );
  return Array.from({ length: files }, (_, i) => (words.length === 1 ? read[0] : read[i]));
}
