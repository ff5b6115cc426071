/** The file of a DICOM object: elements of our own, which dcmjs writes, and copied ones, whose bytes stay as they are. */
import { createRequire } from "node:module";
import { SYNTAX } from "../transferSyntax.js";
import type { CopiedElements } from "./sourceObject.js";
import { uidOf } from "./uid.js";

/** Elements by their tags, `ggggeeee` in capitals. */
export interface Elements {
  [tag: string]: { vr: string; Value: readonly (string | number | ArrayBuffer | Elements)[] };
}

interface Stream {
  getBuffer(): ArrayBuffer;
}

/** What of dcmjs is used. It has no types, and its ES module is none to Node. It is given no file to parse. */
interface Writer {
  DicomDict: new (meta: Elements) => { write(): ArrayBuffer };
  DicomMessage: {
    writeTagObject(
      stream: Stream,
      tag: string,
      vr: string,
      values: unknown,
      syntax: string,
      options: object,
    ): void;
  };
  WriteBufferStream: new (bytes: number, isLittleEndian: boolean) => Stream;
}

const { DicomDict, DicomMessage, WriteBufferStream } = (
  createRequire(import.meta.url)("dcmjs") as { data: Writer }
).data;

/** Names this program to receivers (PS3.7 D.3.3.2). */
const IMPLEMENTATION = uidOf("deeplasia-native");

/** `own` holds SOPClassUID and SOPInstanceUID; an element that was copied stands in place of one of `own`. */
export function objectFile(own: Elements, copied: CopiedElements): Uint8Array {
  const encoded = new Map<string, Uint8Array>();
  for (const [tag, { vr, Value }] of Object.entries(own)) encoded.set(tag, written(tag, vr, Value));
  for (const [tag, { vr, bytes }] of copied) encoded.set(tag, asItIs(tag, vr, bytes));
  const sorted = [...encoded].sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([metaOf(own), ...sorted.map(([, bytes]) => bytes)]);
}

/** Preamble and file meta information. */
function metaOf(own: Elements): Uint8Array {
  const meta = new DicomDict({
    "00020001": { vr: "OB", Value: [Uint8Array.of(0, 1).buffer] },
    "00020002": own["00080016"]!,
    "00020003": own["00080018"]!,
    "00020010": { vr: "UI", Value: [SYNTAX.explicit] },
    "00020012": { vr: "UI", Value: [IMPLEMENTATION] },
    "00020013": { vr: "SH", Value: ["DEEPLASIA"] },
  });
  return new Uint8Array(meta.write());
}

function written(tag: string, vr: string, values: unknown): Uint8Array {
  const stream = new WriteBufferStream(256, true);
  DicomMessage.writeTagObject(stream, tag, vr, values, SYNTAX.explicit, {});
  return new Uint8Array(stream.getBuffer());
}

/** Explicit little endian: tag, type, length of 16 bits, value of even length. */
function asItIs(tag: string, vr: string, bytes: Uint8Array): Uint8Array {
  const padding = bytes.length % 2;
  const out = Buffer.alloc(8 + bytes.length + padding, vr === "UI" ? 0 : 0x20);
  out.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  out.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
  out.write(vr, 4, "latin1");
  out.writeUInt16LE(bytes.length + padding, 6);
  out.set(bytes, 8);
  return out;
}
