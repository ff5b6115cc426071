/** The file of a DICOM object: elements of our own, which dcmjs writes, and copied ones, whose bytes stay as they are. */
import { SYNTAX } from "../transferSyntax.js";
import { dcmjs, type Elements } from "./dcmjs.js";
import { fileMeta } from "./fileMeta.js";
import type { CopiedElements } from "./sourceObject.js";

/** `own` holds SOPClassUID and SOPInstanceUID; an element that was copied stands in place of one of `own`. */
export function objectFile(own: Elements, copied: CopiedElements): Uint8Array {
  const encoded = new Map<string, Uint8Array>();
  for (const [tag, { vr, Value }] of Object.entries(own)) encoded.set(tag, written(tag, vr, Value));
  for (const [tag, { vr, bytes }] of copied) encoded.set(tag, asItIs(tag, vr, bytes));
  const sorted = [...encoded].sort(([a], [b]) => (a < b ? -1 : 1));
  const uidAt = (tag: string) => String(own[tag]!.Value[0]);
  const meta = fileMeta({
    ...{ classUid: uidAt("00080016"), instanceUid: uidAt("00080018") },
    transferSyntax: SYNTAX.explicit,
  });
  return Buffer.concat([meta, ...sorted.map(([, bytes]) => bytes)]);
}

function written(tag: string, vr: string, values: unknown): Uint8Array {
  const stream = new dcmjs.WriteBufferStream(256, true);
  dcmjs.DicomMessage.writeTagObject(stream, tag, vr, values, SYNTAX.explicit, {});
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
