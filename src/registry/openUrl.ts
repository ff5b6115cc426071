/** GET requests that follow redirects and go through the proxy that the environment names. */
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";

const MOST_REDIRECTS = 5;
/** A server that sends nothing for this long is given up, ms. */
const IDLE_MS = 60_000;
const PATIENCE = { headersTimeout: IDLE_MS, bodyTimeout: IDLE_MS };
const PROXIES = ["http_proxy", "https_proxy"];

export interface OpenOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** A server's answer. Whoever opens it reads the body, or dumps it. */
export type Opened = Dispatcher.ResponseData;

/** The response of the last server. Rejects with what the network or the server did. */
export async function openUrl(url: URL, options: OpenOptions): Promise<Opened> {
  let at = url;
  const dispatcher = dispatcherOfEnvironment();
  for (let redirects = 0; ; redirects++) {
    const response = await get(at, options, dispatcher);
    const { location } = response.headers;
    if (response.statusCode < 300 || response.statusCode >= 400 || typeof location !== "string")
      return response;
    await response.body.dump();
    if (redirects === MOST_REDIRECTS) throw new Error(`more than ${MOST_REDIRECTS} redirects`);
    const next = new URL(location, at);
    if (at.protocol === "https:" && next.protocol !== "https:")
      throw new Error(`a redirect from https to ${next.protocol}//${next.host}, which is not encrypted`);
    at = next;
  }
}

/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, also in lower case. */
function dispatcherOfEnvironment(): Dispatcher {
  const isProxied = PROXIES.some((name) => process.env[name] || process.env[name.toUpperCase()]);
  return isProxied ? new EnvHttpProxyAgent(PATIENCE) : new Agent(PATIENCE);
}

function get(url: URL, { headers = {}, signal }: OpenOptions, dispatcher: Dispatcher): Promise<Opened> {
  return request(url, {
    dispatcher,
    headers: { "user-agent": "deeplasia-native", ...headers },
    signal: signal ?? null,
  });
}
