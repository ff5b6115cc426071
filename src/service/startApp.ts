/** The service for one person at this computer: a free port of the loopback, and a token that nobody else knows. */
import { randomBytes } from "node:crypto";
import { type RunningService, serve } from "./serve.js";
import type { StartAppOptions } from "./startAppOptions.js";

/** A service with a page for one person. */
export interface RunningApp extends RunningService {
  /** The page's address with its token: a browser that opens it is let in, and other users of the computer are not. */
  address: string;
}

/**
 * Loads the models and starts the service of the page on the loopback. Nothing but errors is logged.
 *
 * @throws DeeplasiaError as `serve` does.
 */
export async function startApp({ port = 0, ...options }: StartAppOptions = {}): Promise<RunningApp> {
  const token = randomBytes(24).toString("base64url");
  const service = await serve({ ...options, host: "127.0.0.1", port, token, logLevel: "error" });
  return { ...service, address: `${service.url}/?token=${token}` };
}
