/** GET requests that follow redirects and go through the proxy that the environment names. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";

const MOST_REDIRECTS = 5;
/** A server that sends nothing for this long is given up, ms. */
const IDLE_MS = 60_000;

/** Returns the proxy for a URL by the usual variables (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, also in lower case); null for none. */
export function proxyFor({ protocol, hostname }: URL, env: NodeJS.ProcessEnv = process.env): URL | null {
  const of = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const direct = (of("NO_PROXY") ?? "").split(/[\s,]+/).filter((host) => host !== "");
  const isDirect = direct.some((host) => {
    const bare = host.replace(/^\*?\./, "");
    return host === "*" || hostname === bare || hostname.endsWith(`.${bare}`);
  });
  const proxy = of(protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? of("ALL_PROXY");
  return isDirect || proxy === undefined ? null : new URL(proxy.includes("://") ? proxy : `http://${proxy}`);
}

export interface OpenOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** The response of the last server. Rejects with what the network or the server did. */
export async function openUrl(url: URL, options: OpenOptions, redirects = 0): Promise<IncomingMessage> {
  const response = await send(url, options);
  const { statusCode = 0, headers } = response;
  if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return response;
  response.resume();
  if (redirects === MOST_REDIRECTS) throw new Error(`more than ${MOST_REDIRECTS} redirects`);
  const next = new URL(headers.location, url);
  if (url.protocol === "https:" && next.protocol !== "https:")
    throw new Error(`a redirect from https to ${next.protocol}//${next.host}, which is not encrypted`);
  return openUrl(next, options, redirects + 1);
}

async function send(url: URL, { headers = {}, signal }: OpenOptions): Promise<IncomingMessage> {
  const proxy = proxyFor(url);
  const base: RequestOptions = { headers: { "user-agent": "deeplasia-native", ...headers }, signal };
  if (proxy === null)
    return answer(url.protocol === "https:" ? httpsRequest(url, base) : httpRequest(url, base));
  const authority = proxyAuthority(proxy);
  const place = { host: proxy.hostname, port: proxy.port || 80 };
  if (url.protocol === "http:")
    return answer(
      httpRequest({
        ...base,
        ...place,
        path: url.href,
        headers: { ...base.headers, host: url.host, ...authority },
      }),
    );
  const socket = await tunnel(url, place, authority, signal);
  const secured = tlsConnect({ socket, servername: url.hostname });
  return answer(httpsRequest(url, { ...base, agent: false, createConnection: () => secured }));
}

function proxyAuthority({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(text).toString("base64")}` };
}

function tunnel(
  { hostname, port }: URL,
  place: { host: string; port: string | number },
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const target = `${hostname}:${port || 443}`;
    httpRequest({ ...place, method: "CONNECT", path: target, headers: { host: target, ...headers }, signal })
      .on("connect", ({ statusCode }, socket) => {
        if (statusCode === 200) resolve(socket);
        else reject(new Error(`the proxy ${place.host} answers ${statusCode}`));
      })
      .on("error", reject)
      .end();
  });
}

function answer(request: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request
      .on("response", resolve)
      .on("error", reject)
      .setTimeout(IDLE_MS, () =>
        request.destroy(new Error(`the server has sent nothing for ${IDLE_MS / 1000} s`)),
      )
      .end();
  });
}
