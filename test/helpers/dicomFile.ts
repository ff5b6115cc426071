/** A DICOM file made by hand: explicit little endian, one element after the other in the order of their tags. */

/** `ggggeeee` with its type and value: text, a number, numbers, raw bytes, or the items of a sequence. */
export type Elements = Record<
  string,
  [vr: string, value: string | number | number[] | Uint8Array | Elements[]]
>;

const LONG = new Set(["OB", "OW", "SQ", "UN", "UT"]);

export interface DicomFileOptions {
  transferSyntax?: string;
  /** Without them a file begins with its first element. */
  preamble?: boolean;
}

export function dicomFile(
  elements: Elements,
  { transferSyntax = "1.2.840.10008.1.2.1", preamble = true }: DicomFileOptions = {},
): Buffer {
  const body = encode(elements);
  if (!preamble) return body;
  const syntax = element("00020010", "UI", transferSyntax);
  const length = element("00020000", "UL", uint32(syntax.length));
  return Buffer.concat([Buffer.alloc(128), Buffer.from("DICM"), length, syntax, body]);
}

/** Elements of a grey picture of 16 bits, `bits` of them stored. */
export function greyElements(
  width: number,
  samples: Uint16Array | Int16Array,
  { bits = 12, photometric = "MONOCHROME2" }: { bits?: number; photometric?: string } = {},
): Elements {
  return {
    "00280002": ["US", 1],
    "00280004": ["CS", photometric],
    "00280010": ["US", samples.length / width],
    "00280011": ["US", width],
    "00280100": ["US", 16],
    "00280101": ["US", bits],
    "00280102": ["US", bits - 1],
    "00280103": ["US", samples instanceof Int16Array ? 1 : 0],
    "7fe00010": ["OW", new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)],
  };
}

function encode(elements: Elements): Buffer {
  const tags = Object.keys(elements).sort();
  return Buffer.concat(tags.map((tag) => element(tag, ...elements[tag]!)));
}

function element(tag: string, vr: string, value: Elements[string][1]): Buffer {
  const raw = bytesOf(vr, value);
  const padding = vr === "UI" || vr === "OB" ? 0 : 0x20;
  const data = raw.length % 2 === 0 ? raw : Buffer.concat([raw, Buffer.from([padding])]);
  const head = Buffer.alloc(LONG.has(vr) ? 12 : 8);
  head.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  head.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
  head.write(vr, 4, "latin1");
  if (LONG.has(vr)) head.writeUInt32LE(data.length, 8);
  else head.writeUInt16LE(data.length, 6);
  return Buffer.concat([head, data]);
}

function bytesOf(vr: string, value: Elements[string][1]): Buffer {
  if (typeof value === "string") return Buffer.from(value, "latin1");
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === "number") return Buffer.from(Uint16Array.of(value).buffer);
  if (vr !== "SQ") return Buffer.from(Uint16Array.from(value as number[]).buffer);
  return Buffer.concat((value as Elements[]).map(item));
}

function item(elements: Elements): Buffer {
  const body = encode(elements);
  return Buffer.concat([Buffer.from([0xfe, 0xff, 0x00, 0xe0]), uint32(body.length), body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
