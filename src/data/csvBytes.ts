/** Decodes the bytes of a CSV file: UTF-8, UTF-16, or Windows-1252 cell by cell. */
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { knownPack } from "../packFile/openPacks.js";

/** How a file is decoded. `cells`: read as one character per byte first; `cellText` then decodes each cell on its own. */
export type Encoding = "cells" | "utf-16le" | "utf-16be";

/** Detects the encoding by the byte order mark, or by the NUL in every second byte of plain letters in UTF-16. */
export function encodingOf(head: Uint8Array): Encoding {
  const [a = -1, b = -1] = head;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  const pairs = Math.min(32, head.length >> 1);
  if (pairs < 4) return "cells";
  const zeros = (from: 0 | 1) => {
    let count = 0;
    for (let i = from; i < 2 * pairs; i += 2) if (head[i] === 0) count += 1;
    return count;
  };
  const [even, odd] = [zeros(0), zeros(1)];
  if (even === 0 && odd > 0.9 * pairs) return "utf-16le";
  return odd === 0 && even > 0.9 * pairs ? "utf-16be" : "cells";
}

/** Streams the file, of an open pack the CSV in it, without its byte order mark; UTF-16 becomes UTF-8. `onBytes` gets the file's own bytes. */
export function csvStream(file: string, encoding: Encoding, onBytes?: (bytes: Buffer) => void): Readable {
  const chunks = read(file, onBytes);
  const text = encoding === "cells" ? withoutMark(chunks) : fromUtf16(chunks, encoding);
  return Readable.from(text, { objectMode: false });
}

async function* read(file: string, onBytes?: (bytes: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(file, knownPack(file)?.csv ?? {}) as AsyncIterable<Buffer>) {
    onBytes?.(chunk);
    yield chunk;
  }
}

async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of chunks) {
    const hasMark = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    isFirst = false;
    const rest = hasMark ? chunk.subarray(3) : chunk;
    if (rest.length > 0) yield rest;
  }
}

async function* fromUtf16(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== "") yield Buffer.from(text);
  }
  const rest = decoder.decode();
  if (rest !== "") yield Buffer.from(rest);
}

const windows1252 = new TextDecoder("windows-1252");

/**
 * Decodes a cell that has one character for each byte. Bytes that are not UTF-8 are decoded as Windows-1252, which Excel
 * writes as plain "CSV" on western machines; Latin-1 is the relevant part of it. Calls `onForeign` with such a cell.
 */
export function cellText(cell: string, onForeign?: (text: string) => void): string {
  if (/^[\0-\x7f]*$/.test(cell)) return cell;
  const bytes = Buffer.from(cell, "latin1");
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const text = windows1252.decode(bytes);
  onForeign?.(text);
  return text;
}
