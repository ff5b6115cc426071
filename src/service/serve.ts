/** Starts the service. */
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { DestinationStream } from "pino";
import { z } from "zod";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { type ServeOptions, serveOptions } from "../options/serve.js";
import { requireOptions } from "../schema/checkValue.js";
import { Admission } from "./admission.js";
import { buildApp } from "./buildApp.js";
import type { Context } from "./context.js";
import { loadServedModels } from "./loadServedModels.js";
import { createLog } from "./logs.js";
import { isLoopback } from "./loopback.js";
import { Metrics } from "./metrics.js";
import type { ServeCallOptions } from "./serveCallOptions.js";
import { type Pacs, startPacs } from "./startPacs.js";

/** The options of `serve`, which a script may also give a stream for the log. */
export const serveCallOptions = serveOptions.extend({
  logStream: z
    .custom<DestinationStream>((value) => typeof (value as DestinationStream)?.write === "function")
    .optional()
    .meta({
      description: "where the lines of the log go (default: stderr)",
      typescript: "DestinationStream",
    }),
  legacyParameters: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "the reference's parameters.yml, for checkpoints of the older network" }),
});

/** So long a service that stops still answers with 503, so that requests on their way are not met by a reset. */
const DRAIN_MS = 250;

/** A service that listens. */
export interface RunningService extends AsyncDisposable {
  /** Its address, without a slash at the end. */
  url: string;
  /** Stops it: nothing new is accepted, all that was accepted is answered, then the models are released. */
  close(): Promise<void>;
}

/**
 * Loads the models and serves them over HTTP.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, also for an address that cannot be listened on or is not safe; as `loadModel`
 *   for models.
 */
export async function serve(given: ServeCallOptions = {}): Promise<RunningService> {
  const { logStream, legacyParameters, ...options } = requireOptions(serveCallOptions, given);
  requireToken(options);
  const admission = new Admission({ pictures: options.queueSize, bytes: options.maxUploads });
  const metrics = new Metrics({ inHand: () => admission.inHand, waiting: () => context.models.queued });
  const models = await loadServedModels({ ...options, legacyParameters }, (model, { size }) =>
    metrics.batch(model, size),
  );
  const context: Context = { options, models, admission, metrics };
  const log = createLog(options.logLevel, logStream);
  const app = await buildApp(context, log);
  let pacs: Pacs | null = null;
  const close = async () => {
    admission.close();
    if (app.server.listening) await pause(DRAIN_MS);
    await Promise.all([app.close(), pacs?.close()]);
    await models.close();
  };
  try {
    pacs = await startPacs(context, log);
    await listen(app, options);
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  const url = `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`;
  log.info({ url, models: models.list.map(({ name }) => name) }, "listening");
  let closing: Promise<void> | undefined;
  const closeOnce = () => {
    closing ??= close();
    return closing;
  };
  return { url, close: closeOnce, [Symbol.asyncDispose]: closeOnce };
}

async function listen(app: FastifyInstance, options: ServeOptions): Promise<void> {
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    throw cannotListen(error, options);
  }
}

function requireToken({ host, token, insecure }: ServeOptions): void {
  if (isLoopback(host) || token !== undefined || insecure) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `with \`host\` ${host} other machines can reach the service, and there is no token`,
    { remedy: "Give a `token`, or `insecure: true` where something else keeps strangers away." },
  );
}

function cannotListen(error: unknown, { host, port }: ServeOptions): DeeplasiaError {
  const [what, remedy] = isSystemError(error, "EADDRINUSE")
    ? [`port ${port} of ${host} is in use`, "Give another `port`; 0 takes a free one."]
    : isSystemError(error, "EACCES")
      ? [`port ${port} may not be used by this user`, "Give a `port` above 1023."]
      : [
          `the service cannot listen on ${host}:${port}: ${(error as Error).message}`,
          "Correct `host` or `port`.",
        ];
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", what!, { remedy, cause: error });
}
