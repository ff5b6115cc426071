/** The fields of a request, in a form or a query: what each means, and what it may be. */
import { z } from "zod";
import { TURNS } from "../image/turned.js";
import { plural } from "../plural.js";
import { checkValue, faultText } from "../schema/checkValue.js";
import { understood } from "../schema/understood.js";
import { readSexWord } from "../words.js";
import { badForm } from "./refusal.js";

const empty = (text: unknown) => (text === "" ? undefined : text);
const YES = /^(true|1|yes|on)$/i;
const NO = /^(false|0|no|off)$/i;

function readFlag(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (text === "") return undefined;
  return YES.test(text) ? true : NO.test(text) ? false : value;
}

const readNumber = (value: unknown) =>
  typeof value === "string" && value.trim() !== "" ? Number(value) : empty(value);

const flag = (otherwise: boolean) =>
  understood(readFlag, z.boolean({ error: "must be true or false" }).default(otherwise)).default(otherwise);

const sex = understood(
  readSexWord,
  z.enum(["F", "M"], { error: "must be F, M, female or male, or empty where it is not known" }).optional(),
).optional();

/** All that the answer about one picture depends on, besides the picture. */
export const pictureFields = z.strictObject({
  sex: sex.meta({ description: "sex of the child; empty or absent: predicted, or that of the DICOM header" }),
  use_mask: flag(true).meta({
    description: "whether the hand is found and masked first, for a model that needs masks",
  }),
  model: understood(empty, z.string().optional())
    .optional()
    .meta({ description: "name of the model; /v2/models lists them; absent: the first" }),
  rotate: understood(readNumber, z.literal(TURNS, { error: `must be one of ${TURNS.join(", ")}` }).default(0))
    .default(0)
    .meta({ description: "degrees clockwise by which the picture is turned first" }),
  age_months: understood(
    readNumber,
    z.number({ error: "must be a number of months" }).min(0).max(1800).optional(),
  )
    .optional()
    .meta({ description: "chronological age, months; absent: that of the DICOM header" }),
});

/** Of several pictures at once: their sexes are read by themselves, and ages are not asked for. */
export const batchFields = pictureFields.omit({ sex: true, age_months: true });

/** Of a DICOM file, in the address: an object about a turned picture would not fit the file. */
export const dicomFields = pictureFields.omit({ rotate: true });

/** What can be asked for besides. */
export const predictFields = pictureFields.extend({
  outline: flag(false).meta({ description: "also the outline of the hand's mask" }),
  mask: flag(false).meta({ description: "also the mask, as PNG in base64" }),
  preview: flag(false).meta({
    description: "also a small JPEG of the decoded picture in base64, for files that a browser cannot show",
  }),
});

/** Reads fields that were sent once each. Throws a Refusal that names the field. */
export function readFields<S extends z.ZodObject>(
  schema: S,
  sent: ReadonlyMap<string, readonly string[]>,
): z.infer<S> {
  for (const [name, values] of sent)
    if (values.length > 1 && Object.hasOwn(schema.shape, name))
      throw badForm(`the field ${name} was sent ${plural(values.length, "time")}`, "Send it once.");
  const { data, faults } = checkValue(
    schema,
    Object.fromEntries([...sent].map(([name, [value]]) => [name, value])),
  );
  if (faults === null) return data;
  throw badForm(faultText(faults.find(({ kind }) => kind === "unknown") ?? faults[0], "field"));
}
