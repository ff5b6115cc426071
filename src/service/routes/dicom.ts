/** POST /dicom: a DICOM file in; JSON, a report (SR) or an annotated copy (SC) out, as `Accept` asks. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Context } from "../context.js";
import { dicomFields, readFields } from "../fields.js";
import { predictDicom } from "../predictDicom.js";
import { Refusal } from "../refusal.js";
import { visitOf } from "../visits.js";

export const DICOM = "application/dicom";

export function dicomRoute(app: FastifyInstance, context: Context): void {
  const limits = { parseAs: "buffer", bodyLimit: context.options.maxBytes } as const;
  for (const type of [DICOM, "application/octet-stream"])
    app.addContentTypeParser(type, limits, (_, body, done) => done(null, body));
  app.post("/dicom", async (request, reply) => {
    const wanted = wantedOf(request.headers.accept);
    const { gone } = visitOf(request);
    if (!Buffer.isBuffer(request.body))
      throw new Refusal(415, "NOT_DICOM", "the body is not a DICOM file", {
        remedy: `Send the file itself, as ${DICOM}.`,
      });
    const query = Object.entries(request.query as Record<string, string | string[]>);
    const fields = readFields(dicomFields, new Map(query.map(([name, value]) => [name, [value].flat()])));
    const { answer, objects } = await predictDicom(context, request.body, fields, gone);
    if (wanted === "json") return answer;
    const { report, capture } = await objects();
    if (wanted === "both") return sendBoth(reply, [report, capture]);
    return reply.header("content-type", DICOM).send(Buffer.from(wanted === "sr" ? report : capture));
  });
}

type Wanted = "json" | "sr" | "sc" | "both";

/**
 * `application/dicom` is the report, `application/dicom; object=sc` the annotated copy, `multipart/related;
 * type="application/dicom"` both; the first of the list that can be made counts.
 */
function wantedOf(accept = "*/*"): Wanted {
  for (const range of accept.toLowerCase().split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().replaceAll('"', ""));
    if (["application/json", "application/*", "*/*"].includes(type)) return "json";
    if (type === "multipart/related" && parameters.includes(`type=${DICOM}`)) return "both";
    if (type === DICOM) return parameters.includes("object=sc") ? "sc" : "sr";
  }
  throw new Refusal(406, "NOT_ACCEPTABLE", "none of the types in Accept can be made", {
    remedy: `Ask for application/json, ${DICOM} (the report), ${DICOM}; object=sc (the copy), or both as multipart/related.`,
  });
}

function sendBoth(reply: FastifyReply, objects: readonly Uint8Array[]) {
  const boundary = randomUUID();
  const parts = objects.flatMap((bytes) => [
    Buffer.from(`--${boundary}\r\nContent-Type: ${DICOM}\r\n\r\n`),
    bytes,
    Buffer.from("\r\n"),
  ]);
  return reply
    .header("content-type", `multipart/related; type="${DICOM}"; boundary=${boundary}`)
    .send(Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]));
}
