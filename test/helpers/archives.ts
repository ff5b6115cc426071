/** TorchScript archives taken apart, changed, and put together with right checksums, as a fault or a foe would have them. */
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { zip } from "./libtorch.js";

const [LOCAL, CENTRAL] = ["PK\x03\x04", "PK\x01\x02"].map((text) => Buffer.from(text)) as [Buffer, Buffer];
const END_SIZE = 22;

/** Where the directory's record of an entry begins. */
function centralPlace(archive: Buffer, name: string): number {
  let at = archive.readUInt32LE(archive.length - END_SIZE + 16);
  for (; archive.subarray(at, at + 4).equals(CENTRAL); ) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    if (archive.toString("utf8", at + 46, at + 46 + nameLength) === name) return at;
    at += 46 + nameLength + extra + comment;
  }
  throw new Error(`no entry ${name}`);
}

/** Where an entry's bytes are: [from, to). */
export function dataPlace(archive: Buffer, name: string): [from: number, to: number] {
  const at = centralPlace(archive, name);
  const header = archive.readUInt32LE(at + 42);
  const from = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  return [from, from + archive.readUInt32LE(at + 20)];
}

/** All records of an archive, without the folder that they are in. */
export function records(file: string): Record<string, Buffer> {
  const archive = readFileSync(file);
  const found: Record<string, Buffer> = {};
  let at = archive.readUInt32LE(archive.length - END_SIZE + 16);
  for (; archive.subarray(at, at + 4).equals(CENTRAL); ) {
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
    const stored = archive.subarray(...dataPlace(archive, name));
    const isDeflated = archive.readUInt16LE(at + 10) === 8;
    found[name.slice(name.indexOf("/") + 1)] = isDeflated ? inflateRawSync(stored) : stored;
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return found;
}

/** An archive of these records. */
export function archiveOf(all: Record<string, string | Buffer>): Buffer {
  return zip(Object.fromEntries(Object.entries(all).map(([name, data]) => [`m/${name}`, data])));
}

/** The archive with some records changed. */
export function withRecords(file: string, change: Record<string, (data: Buffer) => string | Buffer>): Buffer {
  const changed = Object.entries(records(file)).map(([name, data]) => [name, change[name]?.(data) ?? data]);
  return archiveOf(Object.fromEntries(changed));
}

export interface Told {
  method?: number;
  crc?: number;
  size?: number;
}

/** Changes the two headers of an entry. */
export function tell(archive: Buffer, name: string, { method, crc, size }: Told, where = "both"): Buffer {
  const changed = Buffer.from(archive);
  const central = centralPlace(changed, name);
  const local = changed.readUInt32LE(central + 42);
  for (const at of [
    ...(where === "local" ? [] : [central + 10]),
    ...(where === "central" ? [] : [local + 8]),
  ]) {
    if (method !== undefined) changed.writeUInt16LE(method, at);
    if (crc !== undefined) changed.writeUInt32LE(crc, at + 6);
    if (size !== undefined) changed.writeUInt32LE(size, at + 14);
  }
  return changed;
}

/** Another entry whose bytes are inside those of one that is a zip file itself. */
export function withInnerEntry(archive: Buffer, outer: string, inner: string): Buffer {
  const [from, to] = dataPlace(archive, outer);
  const whole = archive.subarray(from, to);
  if (!whole.subarray(0, 4).equals(LOCAL)) throw new Error(`${outer} is no zip file`);
  const entry = Buffer.from(whole.subarray(centralPlace(whole, inner), whole.length - END_SIZE));
  entry.writeUInt32LE(from, 42);
  const end = Buffer.from(archive.subarray(archive.length - END_SIZE));
  for (const at of [8, 10]) end.writeUInt16LE(end.readUInt16LE(at) + 1, at);
  end.writeUInt32LE(end.readUInt32LE(12) + entry.length, 12);
  return Buffer.concat([archive.subarray(0, archive.length - END_SIZE), entry, end]);
}
