/** Answers what Node's parser refuses before it is a request: headers that are too long or never end, what is no HTTP. */
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { ErrorAnswer } from "./problem.js";

const PROBLEMS: Readonly<Record<string, { status: string; code: string; message: string }>> = {
  HPE_HEADER_OVERFLOW: {
    status: "431 Request Header Fields Too Large",
    code: "HEADERS_TOO_LARGE",
    message: "the headers are too long",
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: "408 Request Timeout",
    code: "TIMEOUT",
    message: "the request did not arrive in time",
  },
};
const OTHER = { status: "400 Bad Request", code: "BAD_REQUEST", message: "this is not an HTTP request" };

export function answerRawErrors(error: NodeJS.ErrnoException, socket: Socket): void {
  // The client has closed it, or an answer has begun on it.
  if (error.code === "ECONNRESET" || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const { status, code, message } = PROBLEMS[error.code ?? ""] ?? OTHER;
  const answer: ErrorAnswer = { error: { code, message, requestId: randomUUID() } };
  const body = JSON.stringify(answer);
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}
