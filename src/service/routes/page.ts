/** GET /: the page, for people. */
import type { FastifyInstance } from "fastify";
import { pageFiles } from "../pageFiles.js";

/** Only the page itself may act in it: nothing of another origin is loaded or called, and no frame holds it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

export async function pageRoutes(app: FastifyInstance): Promise<void> {
  for (const [address, { type, bytes }] of await pageFiles())
    app.get(address, async (_, reply) =>
      reply
        .header("content-security-policy", CONTENT_SECURITY_POLICY)
        .header("content-type", type)
        .send(bytes),
    );
}
