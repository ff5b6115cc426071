/** Who may call: the names the service goes by, the origins of pages, and the token. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ServeOptions } from "../options/serve.js";
import { isLoopback } from "./loopback.js";
import { Refusal } from "./refusal.js";
import { HEALTH_ROUTES } from "./routes/health.js";

export function guard(app: FastifyInstance, options: ServeOptions): void {
  const { token, cors } = options;
  const isOurHost = hostCheck(options);
  app.addHook("onRequest", async (request, reply) => {
    if (!isOurHost(request.hostname)) throw wrongHost();
    if (allowOrigin(request, reply, cors)) return reply.status(204).send();
    if (token === undefined || HEALTH_ROUTES.has(request.routeOptions.url ?? "")) return;
    const { token: inAddress } = request.query as { token?: unknown };
    if (request.method === "GET" && isToken(inAddress, token)) {
      // The token leaves the address bar and the history.
      const cookie = `${cookieName(request)}=${token}; Path=/; HttpOnly; SameSite=Strict`;
      return reply.header("set-cookie", cookie).redirect("./", 303);
    }
    if (!isToken(bearerOf(request), token) && !isToken(cookieOf(request), token)) throw unauthorised(reply);
  });
}

/**
 * On the loopback only names of the loopback are ours: a page of another site that has its own name resolved to it
 * (DNS rebinding) is refused. Elsewhere a service has names that it does not know, and a token.
 */
function hostCheck({ host, allowedHosts }: ServeOptions): (name: string) => boolean {
  if (!isLoopback(host) && allowedHosts.length === 0) return () => true;
  const ours = new Set(
    [host, "localhost", "127.0.0.1", "[::1]", ...allowedHosts].map((name) => name.toLowerCase()),
  );
  return (name) => ours.has(name.toLowerCase());
}

/**
 * Refuses requests from pages of other origins, and lets those of `cors` in.
 *
 * @returns Whether the request is a question of a browser that is answered now.
 */
function allowOrigin(request: FastifyRequest, reply: FastifyReply, cors: readonly string[]): boolean {
  const { origin } = request.headers;
  if (origin === undefined || isOwnOrigin(origin, request)) return false;
  if (!cors.includes(origin)) {
    if (request.method === "GET" || request.method === "HEAD") return false;
    throw new Refusal(403, "FORBIDDEN_ORIGIN", "pages of this origin may not call the service", {
      remedy: "Its operator can allow the origin with the option `cors`.",
    });
  }
  reply.headers({
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "x-request-id, retry-after",
    "cross-origin-resource-policy": "cross-origin",
    vary: "Origin",
  });
  if (request.method !== "OPTIONS") return false;
  reply.headers({
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "authorization, content-type, accept",
    "access-control-max-age": "600",
  });
  return true;
}

/** Behind a proxy with TLS the scheme differs, so host and port are compared. */
const isOwnOrigin = (origin: string, request: FastifyRequest) =>
  origin.replace(/^https?:\/\//, "") === request.headers.host;

/** Compares in constant time, whatever the lengths. */
function isToken(given: unknown, token: string): boolean {
  if (typeof given !== "string") return false;
  return timingSafeEqual(digest(given), digest(token));
}
const digest = (text: string) => createHash("sha256").update(text).digest();

const bearerOf = ({ headers }: FastifyRequest) => /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];

/** Cookies are shared by all ports of a host. */
const cookieName = ({ socket }: FastifyRequest) => `deeplasia_token_${socket.localPort ?? 0}`;

function cookieOf(request: FastifyRequest): string | undefined {
  const name = `${cookieName(request)}=`;
  const cookies = (request.headers.cookie ?? "").split(/; */);
  return cookies.find((cookie) => cookie.startsWith(name))?.slice(name.length);
}

function unauthorised(reply: FastifyReply): Refusal {
  reply.header("www-authenticate", "Bearer");
  return new Refusal(401, "UNAUTHORISED", "the service needs its token", {
    remedy:
      "Send the header `Authorization: Bearer <token>`; in a browser open the whole address, with ?token=.",
  });
}

const wrongHost = () =>
  new Refusal(421, "WRONG_HOST", "the service does not go by this name", {
    remedy: "Use its address, or have its operator add the name to the option `allowedHosts`.",
  });
