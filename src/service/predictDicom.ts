/** A DICOM file to its prediction and, where they are wanted, to the objects about it. */
import type { z } from "zod";
import { makeObjectsInWorker } from "../dicom/decoderPool.js";
import type { Mask, ObjectFiles } from "../dicom/objects/finding.js";
import { FILE_HEAD_BYTES } from "../files/fileKind.js";
import { isDicom } from "../files/isDicom.js";
import { findingOf } from "../prediction/findingOf.js";
import { reducedMask } from "../prediction/reducedMask.js";
import { type Answer, answerOf } from "./answer.js";
import type { Context } from "./context.js";
import type { dicomFields } from "./fields.js";
import { predictUpload } from "./predictUpload.js";
import { badForm } from "./refusal.js";

export interface PredictedDicom {
  answer: Answer;
  /** Makes the report (SR) and the annotated copy (SC). They name the patient as the file does. */
  objects(): Promise<ObjectFiles>;
}

/** @throws as `predictUpload`; Refusal 400 for what is not DICOM. */
export async function predictDicom(
  context: Pick<Context, "options" | "metrics" | "models">,
  bytes: Uint8Array,
  { sex, use_mask, model: name, age_months }: z.infer<typeof dicomFields>,
  gone: AbortSignal,
): Promise<PredictedDicom> {
  if (!isDicom(Buffer.from(bytes.subarray(0, FILE_HEAD_BYTES))))
    throw badForm(
      "the body is not a DICOM file",
      "Send the file itself; POST /predict takes other pictures.",
    );
  const model = context.models.named(name);
  let mask: Mask | null = null;
  const prediction = await predictUpload(
    context,
    model,
    { image: bytes, mask: undefined, sex, usesMask: use_mask, turn: 0 },
    {
      gone,
      onMask: async ({ data, width, height }) => {
        mask = await reducedMask({ data, width, height, channels: 1, depth: 8 });
      },
    },
  );
  return {
    answer: answerOf(prediction, { model, ageMonths: age_months }),
    objects: () => makeObjectsInWorker(bytes, findingOf(prediction, model.members, mask)),
  };
}
