/** Whether the service lives and is ready, for orchestrators; KServe's addresses too. */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Context } from "../context.js";

/** These need no token. */
export const HEALTH_ROUTES: ReadonlySet<string> = new Set([
  "/healthz",
  "/readyz",
  "/v2/health/live",
  "/v2/health/ready",
]);

export function healthRoutes(app: FastifyInstance, { admission }: Context): void {
  const ready = (reply: FastifyReply, body: object) =>
    reply.status(admission.isClosed ? 503 : 200).send(body);
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (_, reply) => ready(reply, { status: admission.isClosed ? "stopping" : "ready" }));
  app.get("/v2/health/live", async () => ({ live: true }));
  app.get("/v2/health/ready", async (_, reply) => ready(reply, { ready: !admission.isClosed }));
}
