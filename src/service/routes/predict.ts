/** POST /predict: one picture. */
import type { FastifyInstance } from "fastify";
import { type Answer, answerOf } from "../answer.js";
import type { Context } from "../context.js";
import { predictFields, readFields } from "../fields.js";
import { givenMask, type ShownMask, shownMask } from "../masks.js";
import { predictUpload } from "../predictUpload.js";
import { previewOf } from "../preview.js";
import { readForm } from "../readForm.js";
import { badForm } from "../refusal.js";
import { visitOf } from "../visits.js";

export function predictRoute(app: FastifyInstance, context: Context): void {
  const { models, options } = context;
  app.post("/predict", async (request): Promise<Answer> => {
    const { place, gone } = visitOf(request);
    const limits = { files: { file: 1, mask_file: 1 }, maxBytes: options.maxBytes };
    const { files, fields } = await readForm(request.raw, limits, place);
    const want = readFields(predictFields, fields);
    const [image] = files.get("file") ?? [];
    if (image === undefined)
      throw badForm(
        "the form has no picture",
        "Send it in the field file, as `curl -F file=@hand.png` does.",
      );
    const model = models.named(want.model);
    const [mask] = want.use_mask ? (files.get("mask_file") ?? []) : [];
    let shown: ShownMask | undefined;
    const prediction = await predictUpload(
      context,
      model,
      { image, mask, sex: want.sex, usesMask: want.use_mask, turn: want.rotate },
      {
        gone,
        onMask: async (found) => {
          shown = await shownMask(found, want);
        },
      },
    );
    const given = mask && (await givenMask(mask, want.rotate));
    if (given !== undefined) shown = await shownMask(given, want);
    return answerOf(prediction, {
      ...{ model, given },
      ageMonths: want.age_months,
      outline: shown?.outline ?? null,
      maskPng: shown?.png ?? null,
      preview: want.preview ? await previewOf(image, want.rotate) : null,
    });
  });
}
