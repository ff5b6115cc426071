/** Downloads a file: resumed where an attempt stopped, whole under its name or not at all, checked. */
import { open, readFile, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { freeBytes } from "../files/freeBytes.js";
import { makeFolder } from "../files/makeFolder.js";
import { outputError } from "../files/outputError.js";
import { renameDurably } from "../files/renameDurably.js";
import { sha256OfFile } from "../files/sha256OfFile.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { type Opened, openUrl } from "./openUrl.js";

export interface Download {
  url: URL;
  /** The new file. What an unfinished attempt got lies beside it as `<file>.part`. */
  file: string;
  /** SHA-256 that it must have, where it is known. */
  sha256?: string | undefined;
  bytes?: number | undefined;
  onProgress?: ((done: number, total: number | null) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Attempts after a lost connection. */
  attempts?: number;
}

/** What was downloaded. */
export interface Downloaded {
  bytes: number;
  sha256: string;
}

/**
 * Download a file.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_DOWNLOAD for what the network or the server did, and for another digest or size;
 *   ERR_DEEPLASIA_OUTPUT for what the disk did; the signal's reason.
 */
export async function downloadFile(request: Download): Promise<Downloaded> {
  const { file, attempts = 5, signal } = request;
  await makeFolder(dirname(file));
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchRest(request);
      break;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DeeplasiaError) throw error;
      if (attempt >= attempts) throw lost(request, error);
      await wait(Math.min(250 * 2 ** attempt, 5000), undefined, { signal });
    }
  }
  return finish(request);
}

const partOf = ({ file }: Download) => `${file}.part`;
/** Which version of the file a part is of: the server's ETag. */
const tagOf = ({ file }: Download) => `${file}.part.etag`;

async function fetchRest(request: Download): Promise<void> {
  const part = partOf(request);
  const have = await stat(part).then(
    ({ size }) => size,
    () => 0,
  );
  const tag = await readFile(tagOf(request), "utf8").catch(() => "");
  const resumes = have > 0 && tag !== "";
  const headers: Record<string, string> = resumes ? { range: `bytes=${have}-`, "if-range": tag } : {};
  const response = await openUrl(request.url, { headers, signal: request.signal });
  response.body.on("error", () => {}); // whoever reads it gets the error too
  const { statusCode } = response;
  if (statusCode === 416) {
    await response.body.dump();
    if (have === totalOf(response, 0)) return;
    await rm(part, { force: true });
    throw new Error("the server has another file than the one that was begun");
  }
  if (statusCode !== 200 && statusCode !== 206) {
    await response.body.dump();
    throw refusedBy(request, statusCode);
  }
  const from = statusCode === 206 ? have : 0;
  const total = totalOf(response, from);
  await requireSpace(part, total === null ? 0 : total - from).catch((error) => {
    response.body.destroy();
    throw error;
  });
  const { etag } = response.headers;
  if (typeof etag === "string" && !etag.startsWith("W/")) await writeFileAtomic(tagOf(request), etag);
  else await rm(tagOf(request), { force: true });
  await append(response.body, request, from, total);
}

function totalOf({ headers }: Opened, from: number): number | null {
  const [, whole] = /\/(\d+)$/.exec(String(headers["content-range"] ?? "")) ?? [];
  if (whole !== undefined) return Number(whole);
  const length = headers["content-length"];
  return length === undefined ? null : from + Number(length);
}

async function append(
  body: Opened["body"],
  request: Download,
  from: number,
  total: number | null,
): Promise<void> {
  const part = partOf(request);
  let done = from;
  try {
    const handle = await open(part, from > 0 ? "a" : "w").catch((error) => {
      throw outputError(error, part);
    });
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        await handle.write(chunk).catch((error) => {
          throw outputError(error, part);
        });
        done += chunk.length;
        request.onProgress?.(done, total);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    body.destroy();
    throw error;
  }
  if (total !== null && done < total) throw new Error(`the connection ended after ${done} of ${total} bytes`);
}

async function requireSpace(part: string, bytes: number): Promise<void> {
  const free = await freeBytes(dirname(part));
  if (bytes <= free) return;
  const text = `${Math.ceil(bytes / 1e6)} MB are still to be downloaded, and ${Math.floor(free / 1e6)} MB are free in ${dirname(part)}`;
  throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", text, {
    file: part,
    remedy: "Free some space there, or set DEEPLASIA_MODELS to a folder on another disk.",
  });
}

async function finish(request: Download): Promise<Downloaded> {
  const { file, url, sha256, bytes } = request;
  const part = partOf(request);
  const found = { bytes: (await stat(part)).size, sha256: await sha256OfFile(part) };
  const wrong =
    bytes !== undefined && bytes !== found.bytes
      ? `has ${found.bytes} bytes, not ${bytes}`
      : sha256 !== undefined && sha256 !== found.sha256
        ? `has the SHA-256 ${found.sha256}, not ${sha256}`
        : null;
  await rm(tagOf(request), { force: true });
  if (wrong !== null) {
    await rm(part, { force: true });
    throw new DeeplasiaError("ERR_DEEPLASIA_DOWNLOAD", `${url.href} ${wrong}: it was thrown away`, {
      file,
      remedy:
        "Try again. If it stays so, the file was changed where it is published: look at its page before you use it.",
    });
  }
  await renameDurably(part, file);
  return found;
}

function refusedBy({ url, file }: Download, status: number): DeeplasiaError {
  const remedy =
    status === 401 || status === 403
      ? "The server gives it to those who may have it: download it in a browser, then `deeplasia-native models add FOLDER`."
      : status === 404
        ? "It is no longer there: look at the model's page, download it by hand, then `deeplasia-native models add FOLDER`."
        : "Try again later.";
  return new DeeplasiaError("ERR_DEEPLASIA_DOWNLOAD", `${url.href}: the server answers ${status}`, {
    file,
    remedy,
  });
}

function lost({ url, file }: Download, cause: unknown): DeeplasiaError {
  const what = isSystemError(cause, "ECONNREFUSED")
    ? "the server takes no connections"
    : isSystemError(cause, "ENOTFOUND", "EAI_AGAIN")
      ? "its host is not found"
      : cause instanceof Error
        ? cause.message
        : String(cause);
  return new DeeplasiaError("ERR_DEEPLASIA_DOWNLOAD", `${url.href} could not be downloaded: ${what}`, {
    file,
    cause,
    remedy:
      "Run the same command again: it resumes. Behind a proxy set HTTPS_PROXY; without a network download the files elsewhere, " +
      "then `deeplasia-native models add FOLDER`.",
  });
}
