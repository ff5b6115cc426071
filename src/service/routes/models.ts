/** What the service predicts with: for the page (`/models`) and in the form of KServe's V2 protocol. */
import type { FastifyInstance } from "fastify";
import { packageVersion } from "../../about.js";
import type { Context } from "../context.js";
import type { ServedModel } from "../servedModel.js";

export function modelRoutes(app: FastifyInstance, { models }: Context): void {
  app.get("/models", async () => ({
    models: models.list.map(({ name, note, needsSex }) => ({ name, note, needsSex })),
    predictsSex: models.predictsSex,
  }));
  app.get("/v2", async () => ({ name: "deeplasia-native", version: packageVersion(), extensions: [] }));
  app.get("/v2/models", async () => ({ models: models.list.map(({ name }) => name) }));
  app.get<Named>("/v2/models/:name", async ({ params }) => metadata(models.named(params.name)));
  app.get<Named>("/v2/models/:name/ready", async ({ params }) => {
    const { name } = models.named(params.name);
    return { name, ready: true };
  });
}

interface Named {
  Params: { name: string };
}

/** Its inputs are the fields of POST /predict: tensors would bypass the contract. */
function metadata({ name, members, note, needsSex }: ServedModel) {
  const one = (tensor: string, datatype: string) => ({ name: tensor, datatype, shape: [1] });
  return {
    name,
    versions: [],
    platform: "deeplasia-native",
    inputs: [one("file", "BYTES"), one("sex", "BYTES"), one("use_mask", "BOOL")],
    outputs: [one("bone_age", "FP64")],
    parameters: {
      note,
      needsSex,
      members: members.list.map(({ contract }, i) => ({
        name: members.names?.[i] ?? name,
        inputSize: contract.inputSize,
        maskNeeded: contract.maskNeeded,
        sexEncoding: contract.sexEncoding,
        licence: contract.licence ?? null,
      })),
    },
  };
}
