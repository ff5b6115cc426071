/** Reads a multipart form into memory, within limits. Nothing of it is written to a disk, and names of files are not kept. */
import type { IncomingMessage } from "node:http";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { plural } from "../plural.js";
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
const MOST_PART_HEADER_BYTES = 8192;
/** When a request has come whole, all of it is in memory: a parser that is not done some checks later never will be. */
const CHECK_MS = 1000;
const MOST_CHECKS = 5;

/**
 * @param place Grows by one for each file of the field `file` after the first.
 * @throws Refusal for what is no form, and for what does not belong in it; as soon as it is seen, so that the rest of the
 *   request may not have been read.
 */
export function readForm(request: IncomingMessage, limits: FormLimits, place: Place): Promise<Form> {
  return new Promise((resolve, reject) => {
    const form = new GrowingForm(limits, place);
    const parser = parserOf(request, limits);
    let checks = 0;
    const timer = setInterval(() => {
      if (request.complete && ++checks > MOST_CHECKS) fail(damaged());
    }, CHECK_MS);
    const end = (settle: () => void) => {
      clearInterval(timer);
      request.unpipe(parser);
      settle();
    };
    const fail = (refusal: unknown) => end(() => reject(refusal));
    const attempt = (act: () => void) => {
      try {
        act();
      } catch (refusal) {
        fail(refusal);
      }
    };
    parser.on("field", (name, value, _, isCut) => attempt(() => form.addText(name, value, isCut)));
    parser.on("file", (name, stream) => {
      // Without a listener an error of a part would end the process.
      stream.on("error", () => fail(damaged()));
      attempt(() => form.addFile(name, stream, fail));
    });
    for (const event of ["partsLimit", "filesLimit", "fieldsLimit"] as const)
      parser.on(event, () => fail(badForm("the form has too many parts")));
    parser.on("error", () => fail(damaged()));
    parser.on("finish", () => end(() => resolve(form)));
    request.once("close", () => fail(damaged())).once("error", () => fail(damaged()));
    request.pipe(parser);
  });
}

function parserOf({ headers }: IncomingMessage, { files, maxBytes }: FormLimits): BusboyInstance {
  const type = headers["content-type"] ?? "";
  if (!/^multipart\/form-data\b/i.test(type))
    throw new Refusal(415, "NOT_A_FORM", "the request is not a multipart form", {
      remedy:
        "Send multipart/form-data with the picture in the field file, as `curl -F file=@hand.png` does.",
    });
  const most = Object.values(files).reduce((sum, count) => sum + count, 0);
  try {
    return new Busboy({
      headers: { "content-type": type },
      limits: {
        // One more than is taken, so that what is too much is noticed when it comes.
        ...{ fileSize: maxBytes + 1, files: most + 1, fields: MOST_FIELDS, parts: MOST_FIELDS + most + 1 },
        ...{ fieldSize: LONGEST_FIELD, headerPairs: 20, headerSize: MOST_PART_HEADER_BYTES },
      },
    });
  } catch {
    throw badForm("the form has no boundary", "Let your client write the Content-Type itself.");
  }
}

const damaged = () => badForm("the form is damaged or cut off", "Send it again, whole.");

class GrowingForm implements Form {
  readonly files = new Map<string, Buffer[]>();
  readonly fields = new Map<string, string[]>();
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly limits: FormLimits,
    private readonly place: Place,
  ) {}

  addText(name: string | undefined, value: string, isCut: boolean): void {
    if (name !== undefined && Object.hasOwn(this.limits.files, name))
      throw badForm(`the field ${name} is text, not a file`, "Send the file itself.");
    if (isCut) throw badForm(`a field is longer than ${LONGEST_FIELD} letters`);
    append(this.fields, name ?? "", value);
  }

  addFile(name: string | undefined, stream: NodeJS.ReadableStream, fail: (refusal: Refusal) => void): void {
    const { files, maxBytes } = this.limits;
    if (name === undefined || !Object.hasOwn(files, name)) throw notForFiles(name, files);
    const count = (this.counts.get(name) ?? 0) + 1;
    if (count > files[name]!)
      throw badForm(`the field ${name} holds more than ${plural(files[name]!, "file")}`);
    this.counts.set(name, count);
    if (name === "file" && count > 1) this.place.grow();
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxBytes) fail(tooLarge(`a file has more than ${maxBytes} bytes`));
    });
    // A browser sends an empty file for a field that was left empty.
    stream.on("end", () => size > 0 && append(this.files, name, Buffer.concat(chunks)));
  }
}

const notForFiles = (name: string | undefined, files: FormLimits["files"]) =>
  badForm(
    `${/^\w{1,40}$/.test(name ?? "") ? `the field ${name}` : "a field"} holds a file`,
    `Fields for files: ${Object.keys(files).join(", ")}.`,
  );

function append<T>(map: Map<string, T[]>, name: string, value: T): void {
  const list = map.get(name);
  if (list === undefined) map.set(name, [value]);
  else list.push(value);
}
