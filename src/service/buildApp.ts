/** The HTTP server: what happens to every request, and the routes. */
import { randomUUID } from "node:crypto";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { answerRawErrors } from "./answerRawErrors.js";
import type { Context } from "./context.js";
import { guard } from "./guard.js";
import { type ErrorAnswer, type Problem, problemOf } from "./problem.js";
import { Refusal } from "./refusal.js";
import { dicomRoute } from "./routes/dicom.js";
import { healthRoutes } from "./routes/health.js";
import { metricsRoute } from "./routes/metrics.js";
import { modelRoutes } from "./routes/models.js";
import { openApiRoute } from "./routes/openapi.js";
import { pageRoutes } from "./routes/page.js";
import { predictRoute } from "./routes/predict.js";
import { predictBatchRoute } from "./routes/predictBatch.js";
import { admitPosts } from "./visits.js";

/** Of a request's headers; more are answered with 431. */
const MOST_HEADER_BYTES = 16_384;
const HEADERS_TIMEOUT_MS = 15_000;

export async function buildApp(context: Context, log: Logger): Promise<FastifyInstance> {
  const { requestTimeoutMs } = context.options;
  const app = Fastify({
    logger: false,
    genReqId: () => randomUUID(),
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 5000,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    routerOptions: { maxParamLength: 100 },
    clientErrorHandler: answerRawErrors,
    frameworkErrors: (error, request, reply) => refuse(error, request, reply),
    http: {
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
      connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
    },
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "x-request-id": request.id,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
  });
  guard(app, context.options);
  app.addHook("onSend", async (_, reply) => {
    // A connection that stayed open would keep a service that stops waiting.
    if (context.admission.isClosed) reply.header("connection", "close");
  });
  /** Of refused requests. */
  const codes = new WeakMap<FastifyRequest, string>();
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    const ms = Math.round(reply.elapsedTime);
    context.metrics.request(route, reply.statusCode, reply.elapsedTime / 1000);
    const code = codes.get(request);
    const { method, id: requestId } = request;
    log.info({ requestId, method, route, status: reply.statusCode, ...(code && { code }), ms }, "request");
  });
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = problemOf(error);
    context.metrics.rejected(problem.code);
    codes.set(request, problem.code);
    if (problem.status >= 500 && !(error instanceof Refusal))
      log.error({ requestId: request.id, code: problem.code, reason: reasonOf(error) }, "failed");
    if (problem.retryAfter !== undefined) reply.header("retry-after", problem.retryAfter);
    // What is left of a body that was not read cannot be told from the next request.
    if (!request.raw.complete) reply.header("connection", "close");
    return reply.status(problem.status).send(errorAnswerOf(problem, request.id));
  };
  app.setErrorHandler(refuse);
  app.setNotFoundHandler(() => {
    throw new Refusal(404, "NOT_FOUND", "there is nothing at this address", {
      remedy: "POST /predict predicts a picture; /openapi.json describes all addresses.",
    });
  });
  // Routes read forms themselves, as they come.
  app.addContentTypeParser("multipart/form-data", (_request, _payload, done) => done(null));
  admitPosts(app, context);
  healthRoutes(app, context);
  predictRoute(app, context);
  predictBatchRoute(app, context);
  dicomRoute(app, context);
  modelRoutes(app, context);
  metricsRoute(app, context);
  openApiRoute(app, context);
  await pageRoutes(app);
  return app;
}

function errorAnswerOf({ code, message, remedy }: Problem, requestId: string): ErrorAnswer {
  return { error: { code, message, ...(remedy !== undefined && { remedy }), requestId } };
}

/** The stack names functions and files of the program, and the message of an error of its own. */
const reasonOf = (error: unknown) => (error instanceof Error ? error.stack : String(error));
