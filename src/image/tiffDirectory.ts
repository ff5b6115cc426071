/** Reads the directories of a TIFF: classic or BigTIFF, in either byte order. sharp reads the pixels. */

export const TAG = {
  subfile: 254,
  oldSubfile: 255,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  samples: 277,
  planes: 284,
  subIfds: 330,
  tileWidth: 322,
  extraSamples: 338,
  sampleFormat: 339,
} as const;

/** One entry of a directory. */
export interface Entry {
  tag: number;
  type: number;
  count: number;
  /** Offset of the value, or of the value's offset. */
  at: number;
  raw: Buffer;
}

/** One directory: a page or a SubIFD. */
export interface Directory {
  layout: TiffLayout;
  entries: Entry[];
  /** NewSubfileType's bits. */
  subfile: number;
  width: number;
  height: number;
  bits: number;
  compression: number;
  photometric: number;
  samples: number;
  /** Whether each channel is stored separately. */
  hasPlanes: boolean;
  isTiled: boolean;
  sampleFormat: number;
  /** Number of channels beyond colour, usually alpha. */
  extraSamples: number;
  subIfds: Directory[];
}

/** The largest number of entries in a directory; real ones have some dozens. */
const MAX_ENTRIES = 500;

const TYPE_BYTES: Record<number, number> = { 1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8 };

/** The layout of numbers and directories in a file. */
export class TiffLayout {
  readonly isBig: boolean;
  private readonly isLittle: boolean;

  constructor(private readonly bytes: Buffer) {
    this.isLittle = bytes[0] === 0x49;
    this.isBig = this.number(2, 2) === 43;
  }

  /** Reads a number of `size` bytes. Throws a RangeError beyond the end of the file. */
  number(at: number, size: number): number {
    if (size === 8) {
      return Number(this.isLittle ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at));
    }
    return this.isLittle ? this.bytes.readUIntLE(at, size) : this.bytes.readUIntBE(at, size);
  }

  get firstDirectory(): number {
    return this.isBig ? this.number(8, 8) : this.number(4, 4);
  }

  /** Reads the entries of the directory at an offset, and the offset of the next one; 0 if there is none. */
  directory(offset: number): { entries: Entry[]; next: number } {
    const { head, entry, word } = this.sizes;
    const count = this.number(offset, head);
    if (count > MAX_ENTRIES) throw new RangeError("the directory has too many entries");
    const end = offset + head + entry * count;
    const next = this.number(end, word);
    const entries: Entry[] = [];
    for (let at = offset + head; at < end; at += entry) {
      const raw = this.bytes.subarray(at, at + entry);
      const [tag, type] = [this.number(at, 2), this.number(at + 2, 2)];
      entries.push({ tag, type, count: this.number(at + 4, word), at: at + 4 + word, raw });
    }
    return { entries, next };
  }

  /** Reads the first `most` values of an entry; none if its type is not a whole number. */
  values({ type, count, at }: Entry, most: number): number[] {
    const size = TYPE_BYTES[type];
    if (size === undefined) return [];
    const from = count * size <= this.sizes.word ? at : this.number(at, this.sizes.word);
    return Array.from({ length: Math.min(count, most) }, (_, i) => this.number(from + i * size, size));
  }

  /** Returns the file with one directory of these entries instead of its own. */
  withDirectory(bytes: Buffer, entries: readonly Entry[]): Buffer {
    const { head, word } = this.sizes;
    const padding = Buffer.alloc(bytes.length % 2);
    const header = Buffer.from(bytes.subarray(0, this.isBig ? 16 : 8));
    this.write(header, bytes.length + padding.length, this.isBig ? 8 : 4, word);
    const count = Buffer.alloc(head);
    this.write(count, entries.length, 0, head);
    const directory = [count, ...entries.map(({ raw }) => raw), Buffer.alloc(word)];
    return Buffer.concat([header, bytes.subarray(header.length), padding, ...directory]);
  }

  private write(target: Buffer, value: number, at: number, size: number): void {
    if (size === 8) {
      if (this.isLittle) target.writeBigUInt64LE(BigInt(value), at);
      else target.writeBigUInt64BE(BigInt(value), at);
    } else if (this.isLittle) target.writeUIntLE(value, at, size);
    else target.writeUIntBE(value, at, size);
  }

  /** Sizes in bytes of a directory's count, of an entry and of an offset. */
  private get sizes() {
    return this.isBig ? { head: 8, entry: 20, word: 8 } : { head: 2, entry: 12, word: 4 };
  }
}

/** Reads the pages in order. If the list is damaged or circular, returns the pages before the fault. */
export function tiffDirectories(bytes: Buffer, most: number): Directory[] | "too many" {
  const found: Directory[] = [];
  const seen = new Set<number>();
  try {
    const layout = new TiffLayout(bytes);
    for (let offset = layout.firstDirectory; offset !== 0 && !seen.has(offset); ) {
      if (seen.size >= most) return "too many";
      seen.add(offset);
      const { entries, next } = layout.directory(offset);
      found.push(directoryOf(layout, entries, most));
      offset = next;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return found;
}

function directoryOf(layout: TiffLayout, entries: Entry[], mostSubIfds: number): Directory {
  const find = (tag: number) => entries.find((entry) => entry.tag === tag);
  const value = (tag: number, otherwise: number) => {
    const entry = find(tag);
    return (entry && layout.values(entry, 1)[0]) ?? otherwise;
  };
  const subIfds = find(TAG.subIfds);
  return {
    layout,
    entries,
    subfile: value(TAG.subfile, value(TAG.oldSubfile, 1) === 2 ? 1 : 0),
    width: value(TAG.width, 0),
    height: value(TAG.height, 0),
    bits: value(TAG.bits, 1),
    compression: value(TAG.compression, 1),
    photometric: value(TAG.photometric, 1),
    samples: value(TAG.samples, 1),
    hasPlanes: value(TAG.planes, 1) === 2,
    isTiled: find(TAG.tileWidth) !== undefined,
    sampleFormat: value(TAG.sampleFormat, 1),
    extraSamples: find(TAG.extraSamples)?.count ?? 0,
    subIfds: subIfds === undefined ? [] : subDirectories(layout, subIfds, mostSubIfds),
  };
}

/** Reads the SubIFDs of a directory, without their own SubIFDs. */
function subDirectories(layout: TiffLayout, entry: Entry, most: number): Directory[] {
  const offsets = layout.values(entry, most);
  return offsets.map((offset) => {
    const { entries } = layout.directory(offset);
    return directoryOf(
      layout,
      entries.filter(({ tag }) => tag !== TAG.subIfds),
      0,
    );
  });
}
