/** Reads a multipart form into memory, within limits. Nothing of it is written to a disk, and names of files are not kept. */
import type { FastifyRequest } from "fastify";
import type { Place } from "./admission.js";
import { badForm, Refusal, tooLarge } from "./refusal.js";

export interface Form {
  /** Files by their field, in the order in which they came. */
  files: ReadonlyMap<string, readonly Buffer[]>;
  fields: ReadonlyMap<string, readonly string[]>;
}

export interface FormLimits {
  /** Fields that hold files, and the most of each. */
  files: Readonly<Record<string, number>>;
  /** Most bytes of a file. */
  maxBytes: number;
}

const MOST_FIELDS = 64;
const LONGEST_FIELD = 1000;

/**
 * @param place Grows by one for each file of the field `file` after the first.
 * @throws Refusal for what is no form, and for what does not belong in it.
 */
export async function readForm(request: FastifyRequest, limits: FormLimits, place: Place): Promise<Form> {
  if (!request.isMultipart())
    throw new Refusal(415, "NOT_A_FORM", "the request is not a multipart form", {
      remedy:
        "Send multipart/form-data with the picture in the field file, as `curl -F file=@hand.png` does.",
    });
  const files = new Map<string, Buffer[]>();
  const fields = new Map<string, string[]>();
  const most = Object.values(limits.files).reduce((sum, count) => sum + count, 0);
  const parts = request.parts({
    limits: {
      fileSize: limits.maxBytes,
      files: most,
      fields: MOST_FIELDS,
      fieldSize: LONGEST_FIELD,
      fieldNameSize: 100,
      parts: MOST_FIELDS + most,
      headerPairs: 20,
    },
  });
  try {
    for await (const part of parts) {
      if (part.type === "field") {
        append(fields, part.fieldname, textOf(part.fieldname, part.value, part.valueTruncated, limits));
        continue;
      }
      const before = files.get(part.fieldname)?.length ?? 0;
      const allowed = limits.files[part.fieldname];
      if (allowed === undefined) throw notAFile(part.fieldname, limits);
      if (before === allowed) throw badForm(`the field ${part.fieldname} holds more than ${allowed} files`);
      if (part.fieldname === "file" && before > 0) place.grow();
      const bytes = await part.toBuffer();
      // A browser sends an empty file for a field that was left empty.
      if (bytes.length > 0) append(files, part.fieldname, bytes);
    }
  } catch (error) {
    throw refusalOf(error, limits);
  }
  return { files, fields };
}

function textOf(name: string, value: unknown, isCut: boolean, { files }: FormLimits): string {
  if (name in files) throw badForm(`the field ${name} is text, not a file`, "Send the file itself.");
  if (typeof value !== "string" || isCut) throw badForm("a field holds no short text");
  return value;
}

const notAFile = (name: string, { files }: FormLimits) =>
  badForm(
    `${/^\w{1,40}$/.test(name) ? `the field ${name}` : "a field"} holds a file`,
    `Fields for files: ${Object.keys(files).join(", ")}.`,
  );

function append<T>(map: Map<string, T[]>, name: string, value: T): void {
  const list = map.get(name);
  if (list === undefined) map.set(name, [value]);
  else list.push(value);
}

/** Whatever the parser throws is about the form. */
function refusalOf(error: unknown, { maxBytes }: FormLimits): Refusal {
  if (error instanceof Refusal) return error;
  const { code } = error as { code?: string };
  if (code === "FST_REQ_FILE_TOO_LARGE") return tooLarge(`a file has more than ${maxBytes} bytes`);
  if (code?.endsWith("_LIMIT")) return badForm("the form has too many parts");
  return badForm("the form is damaged or cut off", "Send it again, whole.");
}
