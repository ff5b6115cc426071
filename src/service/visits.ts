/** What is known of each request with pictures while it is in hand: its place, and whether its client is gone. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Place } from "./admission.js";
import type { Context } from "./context.js";
import { clientGone, tooLarge } from "./refusal.js";

export interface Visit {
  place: Place;
  /** Aborts when the client is gone before its answer. */
  gone: AbortSignal;
}

const visits = new WeakMap<FastifyRequest, Visit>();

export const visitOf = (request: FastifyRequest): Visit => visits.get(request)!;

/** Lets requests with pictures in before their body is read, or refuses them; each leaves when its connection is done with it. */
export function admitPosts(app: FastifyInstance, { admission, options }: Context): void {
  app.addHook("onRequest", async (request, reply) => {
    if (request.method !== "POST" || request.is404) return;
    const stated = request.headers["content-length"];
    const most = mostBytes(request.routeOptions.url ?? "", options);
    if (Number(stated ?? 0) > most)
      throw tooLarge(`the request has ${stated} bytes, and at most ${most} are read`);
    // Without a length it takes up as much as it might.
    const place = admission.enter(Math.min(Number(stated ?? most), most));
    const gone = new AbortController();
    visits.set(request, { place, gone: gone.signal });
    reply.raw.once("close", () => {
      place.leave();
      if (!reply.raw.writableFinished) gone.abort(clientGone());
    });
  });
}

/** Besides its files a form has some fields. */
const FIELD_BYTES = 100_000;

function mostBytes(route: string, { maxBytes, maxUploads, maxFiles }: Context["options"]): number {
  const files = route === "/predict/batch" ? maxFiles : route === "/predict" ? 2 : 1;
  return Math.min(files * maxBytes + FIELD_BYTES, maxUploads);
}
