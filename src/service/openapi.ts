/** The description of the service (OpenAPI 3.1), from the same schemas that check requests and type answers. */
import { z } from "zod";
import { DISCLAIMER, packageVersion } from "../about.js";
import { answer } from "./answer.js";
import { batchFields, dicomFields, pictureFields, predictFields } from "./fields.js";
import { errorAnswer } from "./problem.js";
import { batchAnswer } from "./routes/predictBatch.js";

type Json = Record<string, unknown>;

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
  return rest;
}

const propertiesOf = (schema: z.ZodObject) => schemaOf(schema, "input").properties as Json;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json) => ({ "application/json": { schema } });
const ok = (description: string, content?: Json) => ({ 200: { description, ...(content && { content }) } });
const FILE = { type: "string", contentMediaType: "application/octet-stream" };

const STATUSES = {
  400: "A field is wrong, or the picture cannot be read.",
  401: "The token is missing or wrong.",
  413: "The picture has too many bytes or pixels.",
  415: "The content type is not supported.",
  422: "The picture can be read, but not be predicted, because no hand was found, for instance.",
  429: "The service is busy.",
  503: "The picture waited too long, or the service is stopping.",
} as const;

function refusals(): Json {
  return Object.fromEntries(
    Object.entries(STATUSES).map(([status, description]) => [
      status,
      {
        description,
        content: json(ref("Error")),
        ...((status === "429" || status === "503") && {
          headers: {
            "retry-after": {
              description: "seconds after which it may succeed",
              schema: { type: "integer" },
            },
          },
        }),
      },
    ]),
  );
}

const form = (properties: Json) => ({
  required: true,
  content: { "multipart/form-data": { schema: { type: "object", properties, required: ["file"] } } },
});

const simple = (summary: string, description = "Done.") => ({ get: { summary, responses: ok(description) } });
const nameParameter = { name: "name", in: "path", required: true, schema: { type: "string" } };

function paths(): Json {
  const one = { ...FILE, description: "the picture: PNG, JPEG, TIFF, WebP or DICOM" };
  const maskFile = {
    ...FILE,
    description: "the mask of the hand, where there is one; else a model makes it",
  };
  const sexes = { type: "array", items: propertiesOf(pictureFields).sex };
  const query = Object.entries(propertiesOf(dicomFields)).map(([name, schema]) => {
    const { description, ...rest } = schema as Json;
    return { name, in: "query", required: false, description, schema: rest };
  });
  return {
    "/predict": {
      post: {
        summary: "Predict the bone age of a picture",
        requestBody: form({ file: one, mask_file: maskFile, ...propertiesOf(predictFields) }),
        responses: { ...ok("The prediction.", json(ref("Answer"))), ...refusals() },
      },
    },
    "/predict/batch": {
      post: {
        summary: "Predict several pictures; one that fails does not stop the others",
        requestBody: form({
          file: { type: "array", items: one },
          sex: { ...sexes, description: "one for all, or one for each file" },
          ...propertiesOf(batchFields),
        }),
        responses: { ...ok("One result for each file.", json(ref("BatchAnswer"))), ...refusals() },
      },
    },
    "/dicom": {
      post: {
        summary:
          "Predict a DICOM file; JSON, a report (SR) or an annotated copy (SC) of its study, as Accept asks",
        parameters: query,
        requestBody: { required: true, content: { "application/dicom": { schema: FILE } } },
        responses: {
          ...ok(
            "The prediction, the report (application/dicom), the copy (application/dicom; object=sc), or both.",
            {
              ...json(ref("Answer")),
              "application/dicom": { schema: FILE },
              "multipart/related": { schema: { type: "array", items: FILE } },
            },
          ),
          ...refusals(),
        },
      },
    },
    "/models": simple("The models to choose from"),
    "/healthz": simple("Whether the process lives"),
    "/readyz": simple("Whether it takes requests", "It does; 503: it is stopping."),
    "/v2": simple("KServe: the server"),
    "/v2/health/live": simple("KServe: whether the process lives"),
    "/v2/health/ready": simple("KServe: whether it takes requests"),
    "/v2/models": simple("KServe: names of the models"),
    "/v2/models/{name}": { parameters: [nameParameter], ...simple("KServe: a model") },
    "/v2/models/{name}/ready": { parameters: [nameParameter], ...simple("KServe: whether a model is ready") },
    "/metrics": simple("Metrics for Prometheus"),
    "/openapi.json": simple("This description"),
  };
}

export function openApi({ hasToken }: { hasToken: boolean }): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: "deeplasia-native",
      version: packageVersion(),
      description: `Bone age from paediatric hand radiographs. ${DISCLAIMER}`,
    },
    paths: paths(),
    components: {
      schemas: {
        Answer: schemaOf(answer, "output"),
        BatchAnswer: schemaOf(batchAnswer, "output"),
        Error: schemaOf(errorAnswer, "output"),
      },
      ...(hasToken && { securitySchemes: { token: { type: "http", scheme: "bearer" } } }),
    },
    ...(hasToken && { security: [{ token: [] }] }),
  };
}
