/**
 * Reads the parts of the ELF format that show whether a shared library can be loaded. This is checked before dlopen,
 * because dlopen of a truncated library kills the process with SIGBUS, and gives no remedy for a missing dependency.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";

/** The facts about a shared library. */
export interface SharedLibrary {
  /** `x64`, `arm64`, or the number of another machine. */
  architecture: string;
  /** Sonames of the libraries that it needs. */
  needed: string[];
  /** Absolute paths of the directories that the loader searches first for them. */
  runPath: string[];
}

const HEADER_BYTES = 64;
const LOAD = 1;
const DYNAMIC = 2;
const TAG = { needed: 1, strings: 5, rpath: 15, runpath: 29 };
const MACHINES: Record<number, string> = { 62: "x64", 183: "arm64" };
/** The longest name or path that is read from a string table. */
const LONGEST_STRING = 4096;

interface Segment {
  type: number;
  offset: number;
  address: number;
  fileBytes: number;
}

/** Reads a shared library. @throws Error whose message continues "libtorch_cpu.so …" */
export function readSharedLibrary(path: string): SharedLibrary {
  const file = openSync(path, "r");
  try {
    const size = fstatSync(file).size;
    const header = readAt(file, 0, HEADER_BYTES);
    if (header.length < HEADER_BYTES || header.toString("latin1", 0, 6) !== "\x7fELF\x02\x01") {
      throw new Error(`is not a 64-bit shared library (${size} bytes)`);
    }
    const segments = readSegments(file, header);
    const end = Math.max(0, ...segments.filter((s) => s.type === LOAD).map((s) => s.offset + s.fileBytes));
    if (segments.length === 0 || end > size)
      throw new Error(`is truncated: ${size} bytes of at least ${end}`);
    const machine = header.readUInt16LE(18);
    return {
      architecture: MACHINES[machine] ?? String(machine),
      ...readDynamic(file, segments, dirname(path)),
    };
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, position));
}

function readSegments(file: number, header: Buffer): Segment[] {
  const [position, step, count] = [u64(header, 32), header.readUInt16LE(54), header.readUInt16LE(56)];
  const table = readAt(file, position, step * count);
  if (step < 56 || table.length < step * count)
    throw new Error("is truncated: its program headers are cut off");
  return Array.from({ length: count }, (_, i) => {
    const entry = table.subarray(i * step);
    return {
      type: entry.readUInt32LE(0),
      offset: u64(entry, 8),
      address: u64(entry, 16),
      fileBytes: u64(entry, 32),
    };
  });
}

function readDynamic(file: number, segments: Segment[], origin: string): Omit<SharedLibrary, "architecture"> {
  const segment = segments.find((s) => s.type === DYNAMIC);
  if (segment === undefined) return { needed: [], runPath: [] };
  const table = readAt(file, segment.offset, segment.fileBytes);
  const values = (wanted: number): number[] => {
    const found: number[] = [];
    for (let i = 0; i + 16 <= table.length; i += 16)
      if (u64(table, i) === wanted) found.push(u64(table, i + 8));
    return found;
  };
  const strings = fileOffset(segments, values(TAG.strings)[0] ?? 0);
  const text = (offset: number) => {
    const bytes = readAt(file, strings + offset, LONGEST_STRING);
    return bytes.toString("utf8", 0, Math.max(0, bytes.indexOf(0)));
  };
  const paths = [...values(TAG.rpath), ...values(TAG.runpath)].flatMap((offset) => text(offset).split(":"));
  return {
    needed: values(TAG.needed).map(text),
    runPath: paths.filter(Boolean).map((path) => path.replace(/\$(ORIGIN|\{ORIGIN\})/, origin)),
  };
}

/** Converts an address in the loaded library to an offset in the file. */
function fileOffset(segments: Segment[], address: number): number {
  const home = segments.find(
    (s) => s.type === LOAD && s.address <= address && address < s.address + s.fileBytes,
  );
  return home === undefined ? address : home.offset + (address - home.address);
}

function u64(buffer: Buffer, offset: number): number {
  return Number(buffer.readBigUInt64LE(offset));
}
