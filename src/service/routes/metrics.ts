/** GET /metrics, for Prometheus. */
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.js";

export function metricsRoute(app: FastifyInstance, { metrics: { registry } }: Context): void {
  app.get("/metrics", async (_, reply) =>
    reply.header("content-type", registry.contentType).send(await registry.metrics()),
  );
}
