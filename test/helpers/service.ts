/** A service for the tests of a file, and requests to it. */
import { type IncomingMessage, request } from "node:http";
import { afterAll, beforeAll } from "vitest";
import { type RunningService, type ServeCallOptions, serve } from "../../src/index.js";

/** The service of the running file; `url` once it listens. */
export interface TestedService {
  readonly url: string;
  /** Lines of its log. */
  readonly log: string[];
}

/** Starts a service before the tests of a file, on a free port, and stops it after them. */
export function servedFor(options: ServeCallOptions): TestedService {
  let service: RunningService | undefined;
  const log: string[] = [];
  beforeAll(async () => {
    service = await serve({ port: 0, ...options, logStream: { write: (line) => void log.push(line) } });
  });
  afterAll(() => service?.close());
  return {
    get url() {
      return service!.url;
    },
    log,
  };
}

export type Fields = Record<string, string | Uint8Array | (string | Uint8Array)[]>;

/** A form: texts as fields, bytes as files. */
export function formOf(fields: Fields, fileName = "hand.png"): FormData {
  const form = new FormData();
  for (const [name, values] of Object.entries(fields))
    for (const value of [values].flat())
      if (typeof value === "string") form.append(name, value);
      else form.append(name, new Blob([new Uint8Array(value)]), fileName);
  return form;
}

export interface Answered {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests are about
  body: any;
}

/** Posts a form and returns the status and the JSON of the answer. */
export async function post(url: string, fields: Fields, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(url, { method: "POST", body: formOf(fields), ...init });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A request whose body is sent by hand. `answer` resolves to what comes back. */
export function slowRequest(url: string, headers: Record<string, string>) {
  const outgoing = request(url, { method: "POST", headers });
  const answer = new Promise<{ status: number; headers: IncomingMessage["headers"]; text: string }>(
    (resolve, reject) => {
      outgoing.on("error", reject).on("response", async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    },
  );
  answer.catch(() => {});
  return { outgoing, answer };
}

/** The bytes of a form with one picture, and the headers for them. */
export async function rawForm(fields: Fields): Promise<{ bytes: Buffer; type: string }> {
  const response = new Response(formOf(fields));
  return {
    bytes: Buffer.from(await response.arrayBuffer()),
    type: response.headers.get("content-type")!,
  };
}
