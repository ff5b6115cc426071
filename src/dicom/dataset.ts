/** The elements of a DICOM file, with or without preamble and file meta information. */
import { inflateRawSync } from "node:zlib";
import dicomParser, { type DataSet } from "dicom-parser";
import { unreadable } from "../image/refusal.js";
import { SYNTAX } from "./transferSyntax.js";

/** The library exports the class, and its types do not. */
const { DataSet: ElementSet } = dicomParser as unknown as {
  DataSet: new (numbers: dicomParser.ByteArrayParser, bytes: Uint8Array, elements: object) => DataSet;
};

export interface Dataset {
  elements: DataSet;
  transferSyntax: string;
}

/** A deflated file may grow to this size: 50 million pixels of 16 bits, and a header. */
const MOST_INFLATED_BYTES = 128 * 2 ** 20;
/** Preamble of 128 bytes, then "DICM". */
const PREAMBLE_BYTES = 132;
const PIXEL_DATA = "x7fe00010";

/**
 * Reads the elements of a file's bytes.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_UNREADABLE. No message holds a value of the file: it may be about a patient.
 */
export function readDataset(bytes: Uint8Array): Dataset {
  const start = hasPreamble(bytes) ? PREAMBLE_BYTES : 0;
  const { transferSyntax, end } = readMeta(bytes, start);
  if (transferSyntax === SYNTAX.deflated)
    return { elements: parse(inflate(bytes.subarray(end)), 0, SYNTAX.explicit), transferSyntax };
  const layout = layoutOf(bytes, end);
  return { elements: parse(bytes, end, layout), transferSyntax: transferSyntax ?? layout };
}

function hasPreamble(bytes: Uint8Array): boolean {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1", 128, 132) === "DICM"
  );
}

/** The file meta information (group 2, explicit little endian): its transfer syntax, and where it ends. */
function readMeta(bytes: Uint8Array, start: number): { transferSyntax: string | null; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  let transferSyntax: string | null = null;
  while (at + 8 <= bytes.length && view.getUint16(at, true) === 2) {
    const element = view.getUint16(at + 2, true);
    const { length, dataOffset } = explicitLength(view, at);
    if (dataOffset + length > bytes.length) throw damaged("its file meta information is cut off");
    if (element === 0x10) transferSyntax = text(bytes.subarray(dataOffset, dataOffset + length));
    at = dataOffset + length;
  }
  return { transferSyntax, end: at };
}

function explicitLength(view: DataView, at: number): { length: number; dataOffset: number } {
  const vr = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5));
  if (!["OB", "OW", "OF", "SQ", "UT", "UN"].includes(vr))
    return { length: view.getUint16(at + 6, true), dataOffset: at + 8 };
  if (at + 12 > view.byteLength) throw damaged("its file meta information is cut off");
  return { length: view.getUint32(at + 8, true), dataOffset: at + 12 };
}

const text = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString("latin1")
    .replace(/[\0 ]+$/, "");

/**
 * How the elements are stored: explicit where two letters stand for the first one's type. Some files have another layout
 * than their transfer syntax names.
 */
function layoutOf(bytes: Uint8Array, at: number): string {
  const vr = Buffer.from(bytes.subarray(at + 4, at + 6)).toString("latin1");
  if (!/^[A-Z]{2}$/.test(vr)) return SYNTAX.implicit;
  // The first group is 2 to 16: its low byte is what is not 0.
  return bytes[at] === 0 ? SYNTAX.bigEndian : SYNTAX.explicit;
}

function inflate(bytes: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: MOST_INFLATED_BYTES });
  } catch {
    throw damaged(`its deflated part cannot be inflated to at most ${MOST_INFLATED_BYTES / 2 ** 20} MB`);
  }
}

function parse(bytes: Uint8Array, offset: number, syntax: string): DataSet {
  const isBigEndian = syntax === SYNTAX.bigEndian;
  const numbers = isBigEndian
    ? dicomParser.bigEndianByteArrayParser
    : dicomParser.littleEndianByteArrayParser;
  const stream = new dicomParser.ByteStream(numbers, bytes, offset);
  const elements = new ElementSet(numbers, bytes, {});
  const read =
    syntax === SYNTAX.implicit
      ? dicomParser.parseDicomDataSetImplicit
      : dicomParser.parseDicomDataSetExplicit;
  try {
    read(elements, stream, bytes.length);
  } catch {
    // What follows the pixels (padding, signatures) may be damaged. The cause is left out: it may quote the file.
    if (elements.elements[PIXEL_DATA] === undefined) throw damaged("its elements cannot be read");
  }
  return elements;
}

function damaged(problem: string) {
  return unreadable(`it is a damaged or truncated DICOM file: ${problem}`);
}
