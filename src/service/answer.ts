/** The answer about one picture: its schema, and how it is made of a prediction. */
import { basename } from "node:path";
import { z } from "zod";
import { DISCLAIMER } from "../about.js";
import { FLAG_TEXTS } from "../quality/flagTexts.js";
import type { GivenMask } from "./masks.js";
import type { Polygon } from "./polygons.js";
import type { AnyPrediction, ServedModel } from "./servedModel.js";

const about = (description: string) => ({ description });
const months = (text: string) => z.number().meta(about(`${text}, months`));
const SEX_WORDS = { F: "female", M: "male" } as const;

export const answer = z
  .object({
    bone_age: months("bone age"),
    bone_age_years: z.number().meta(about("bone age, years")),
    used_sex: z
      .enum(["female", "male"])
      .nullable()
      .meta(about("the sex that the prediction is for; null: none was needed, and none given")),
    sex_predicted: z.boolean().meta(about("whether a model predicted the sex")),
    unit: z.literal("months").meta(about("unit of bone_age")),
    model: z.string().meta(about("name of the model")),
    spread: months("standard deviation between the models of an ensemble").optional(),
    members: z
      .array(z.object({ name: z.string(), bone_age: z.number() }))
      .optional()
      .meta(about("what each model of an ensemble predicts, months")),
    interval: z
      .object({
        low: z.number().meta(about("months")),
        high: z.number().meta(about("months")),
        level: z.number().meta(about("the probability")),
      })
      .optional()
      .meta(about("holds the true bone age with a probability of about 0.9, where the model was calibrated")),
    male_probability: z.number().optional().meta(about("probability of male from a model with a sex head")),
    chronological_age: months("chronological age, as sent or from the DICOM header").optional(),
    difference: months("bone age less chronological age").optional(),
    quality: z
      .array(z.object({ flag: z.string(), text: z.string() }))
      .meta(
        about("what is doubtful about the picture; empty: nothing, or not checked because it has no mask"),
      ),
    notes: z
      .array(z.string())
      .meta(about("what is worth knowing of the picture and of how it was predicted")),
    mask: z
      .object({
        source: z.enum(["given", "made", "none"]),
        area: z.number().optional().meta(about("share of the picture's pixels")),
        box: z
          .object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
          .optional()
          .meta(about("of the hand, pixels")),
        confidence: z.number().optional().meta(about("mean probability of the marked pixels")),
        png: z.string().optional().meta(about("the mask, PNG in base64")),
      })
      .meta(about("the hand's mask: sent with the picture, made by a model, or none")),
    outline: z
      .array(z.array(z.tuple([z.number(), z.number()])))
      .optional()
      .meta(about("borders of the mask as polygons of [x, y], pixels of the picture after its turn")),
    preview: z.string().optional().meta(about("a small JPEG of the picture after its turn, in base64")),
    picture: z
      .object({
        width: z.number(),
        height: z.number(),
        sexFromHeader: z.boolean().meta(about("whether used_sex is that of the DICOM header")),
        ageMonthsFromHeader: z
          .number()
          .nullable()
          .meta(about("age at the study by the DICOM header, months")),
      })
      .meta(about("the picture after its turn")),
    notice: z.string().meta(about("what the software is not for")),
  })
  .meta(about("What is predicted of one picture."));
export type Answer = z.infer<typeof answer>;

/** What an answer has besides the prediction. */
export interface AnswerContext {
  model: ServedModel;
  /** What is known of the mask that came with the picture. */
  given?: GivenMask | undefined;
  ageMonths: number | undefined;
  outline?: Polygon[] | null;
  maskPng?: Buffer | null;
  preview?: Buffer | null;
}

export function answerOf(prediction: AnyPrediction, context: AnswerContext): Answer {
  const { ageMonths, sex, sexPredicted, sexFromHeader, sexHat, quality, notes } = prediction;
  const { chronologicalAgeMonths } = prediction;
  const isEnsemble = "members" in prediction;
  const age = context.ageMonths ?? chronologicalAgeMonths;
  const { width, height } = prediction.picture;
  return {
    bone_age: ageMonths,
    bone_age_years: ageMonths / 12,
    used_sex: sex && SEX_WORDS[sex],
    sex_predicted: sexPredicted,
    unit: "months",
    model: context.model.name,
    ...(isEnsemble && prediction.sdMonths !== null && { spread: prediction.sdMonths }),
    ...(isEnsemble && {
      members: prediction.members.map((member) => ({ name: member.name, bone_age: member.ageMonths })),
    }),
    ...intervalOf(prediction),
    ...(sexHat !== null && { male_probability: sexHat }),
    ...(age !== null && { chronological_age: age, difference: ageMonths - age }),
    quality: (quality ?? []).map((flag) => ({ flag, text: FLAG_TEXTS[flag] })),
    notes: notes.map((text) => withoutFolders(text, context.model)),
    mask: maskOf(prediction, context),
    ...(context.outline && { outline: context.outline }),
    ...(context.preview && { preview: context.preview.toString("base64") }),
    picture: { width, height, sexFromHeader, ageMonthsFromHeader: chronologicalAgeMonths },
    notice: DISCLAIMER,
  };
}

/** The level that answers state, where a model has it. */
const SHOWN_LEVEL = 0.9;

function intervalOf(prediction: AnyPrediction): Pick<Answer, "interval"> {
  const intervals = "intervals" in prediction ? (prediction.intervals ?? []) : [];
  const found = intervals.find(({ level }) => level === SHOWN_LEVEL) ?? intervals[0];
  if (found === undefined) return {};
  return { interval: { low: found.lowMonths, high: found.highMonths, level: found.level } };
}

function maskOf({ mask }: AnyPrediction, { given, maskPng }: AnswerContext): Answer["mask"] {
  const png = maskPng ? { png: maskPng.toString("base64") } : {};
  if (given !== undefined) return { source: "given", area: given.area, box: given.box, ...png };
  return mask === null ? { source: "none" } : { source: "made", ...mask, ...png };
}

/** Where models lie on this machine is nobody's business. */
const withoutFolders = (text: string, { members }: ServedModel) =>
  members.list.reduce((shorter, { file }) => shorter.replaceAll(file, basename(file)), text);
