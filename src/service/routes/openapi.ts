/** GET /openapi.json. */
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.js";
import { openApi } from "../openapi.js";

export function openApiRoute(app: FastifyInstance, { options }: Context): void {
  const description = openApi({ hasToken: options.token !== undefined });
  app.get("/openapi.json", async () => description);
}
