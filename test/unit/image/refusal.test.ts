/** Files that are refused, with the reason; files that are read although decoders complain; reasons under parallel decoding. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodePicture } from "../../../src/image/decodePicture.js";
import { PNG, png } from "../../helpers/png.js";
import { tiff } from "../../helpers/tiff.js";

const decode = (bytes: Uint8Array) => decodePicture(bytes, { role: "image", name: "hand" });
const reasonOf = (bytes: Uint8Array) =>
  decode(bytes).then(
    () => "read",
    (error: Error) => error.message,
  );

/** A picture so uneven that a missing part is noticed. */
const pixels = (length: number) => Uint8Array.from({ length }, (_, i) => (i * i * 31 + i * 7) >> 3);
const raw = { width: 96, height: 64, channels: 1 } as const;
const jpeg = (how: { progressive?: boolean } = {}) =>
  sharp(pixels(96 * 64), { raw })
    .toColourspace("b-w")
    .jpeg(how)
    .toBuffer();
const greyTiff = tiff({ width: 96, height: 64, samples: pixels(96 * 64) });
const greyPng = png({ width: 96, height: 64, bitDepth: 8, colourType: PNG.grey, rows: pixels(96 * 64) });

/** Returns a segment of a JPEG. */
function segment(marker: number, content: string): Buffer {
  const bytes = Buffer.concat([Buffer.of(0xff, marker, 0, 0), Buffer.from(content, "latin1")]);
  bytes.writeUInt16BE(bytes.length - 2, 2);
  return bytes;
}
const insert = (bytes: Buffer, at: number, more: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
const changed = (bytes: Buffer, at: number, ...values: number[]) => {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
};

/** Adds an entry to the first directory of a little-endian TIFF. */
function withTag(bytes: Buffer, tag: number, type: number, count: number, value: number): Buffer {
  const at = bytes.readUInt32LE(4);
  const count0 = bytes.readUInt16LE(at);
  const entry = Buffer.alloc(12);
  entry.writeUInt16LE(tag, 0);
  entry.writeUInt16LE(type, 2);
  entry.writeUInt32LE(count, 4);
  entry.writeUInt32LE(value, 8);
  const old = Array.from({ length: count0 }, (_, i) => bytes.subarray(at + 2 + 12 * i, at + 14 + 12 * i));
  const entries = [...old, entry].sort((a, b) => a.readUInt16LE(0) - b.readUInt16LE(0));
  const head = Buffer.alloc(2);
  head.writeUInt16LE(entries.length);
  return Buffer.concat([bytes.subarray(0, at), head, ...entries, Buffer.alloc(4)]);
}

describe("a file of another kind is named, with a remedy", () => {
  test.each([
    ["version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer", "git lfs pull"],
    ["<!DOCTYPE html><html>", "a web page (HTML)", "Download"],
    ["\0\0\0\x18ftypheic\0\0\0\0", "a HEIC picture", "PNG"],
    ["PK\x03\x04\x14\0\0\0\0\0", "a ZIP archive", "Unpack"],
    ["%PDF-1.4\n", "a PDF document", "PNG"],
  ])("%j", async (content, name, remedy) => {
    const error = await decode(Buffer.from(content, "latin1")).catch((error: unknown) => error);
    expect(error).toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_UNREADABLE",
      message: `the picture hand cannot be read: it is ${name}, not a PNG, JPEG, TIFF, WebP or DICOM picture`,
      remedy: expect.stringContaining(remedy),
    });
  });
});

test("Apple's variant of PNG is reported as not supported, not as damaged", async () => {
  const chunk = Buffer.from(`00000004${Buffer.from("CgBI").toString("hex")}5000200200000000`, "hex");
  expect(await reasonOf(insert(greyPng, 8, chunk))).toMatch(/not supported: Apple's variant of PNG/);
});

describe("a picture with all its pixels is read, whatever decoders warn about", () => {
  const sosOf = (bytes: Buffer) => bytes.indexOf(Buffer.of(0xff, 0xda));
  const harmless: Record<string, (plain: Buffer) => Buffer> = {
    "an unknown JFIF version": (plain) => insert(plain, 2, segment(0xe0, "JFIF\0\x03\x01\0\0\x01\0\x01\0\0")),
    "values of a progressive scan in a sequential one": (plain) => {
      const sos = sosOf(plain);
      return changed(plain, sos + 2 + plain.readUInt16BE(sos + 2) - 3, 0, 0, 0);
    },
    "bytes before a marker": (plain) => insert(plain, sosOf(plain), Buffer.alloc(4)),
    "bytes behind the scan": (plain) => insert(plain, plain.length - 2, Buffer.alloc(30)),
    "bytes behind the end": (plain) => Buffer.concat([plain, Buffer.alloc(100, 7)]),
    "an invalid colour profile": (plain) => insert(plain, 2, segment(0xe2, "ICC_PROFILE\0\x01\x02junk")),
    "EXIF that is none": (plain) => insert(plain, 2, segment(0xe1, "Exif\0\0II*\0\xff\xff\xff\x7fjunk")),
  };
  test.each(Object.entries(harmless))("JPEG: %s", async (_, spoil) => {
    const plain = await jpeg();
    const { data } = await decode(plain);
    expect(Buffer.from((await decode(spoil(plain))).data).equals(data)).toBe(true);
  });

  test.each([
    ["software beyond the file", 305, 2, 20, 0x7ffffff0],
    ["a resolution beyond the file", 282, 5, 1, 0x7ffffff0],
    ["an unknown unit", 296, 3, 1, 99],
    ["an unknown tag", 65_000, 4, 1, 5],
  ])("TIFF: %s", async (_, tag, type, count, value) => {
    const { data } = await decode(withTag(greyTiff, tag, type, count, value));
    expect([...data]).toEqual([...pixels(96 * 64)]);
  });

  test.each([
    ["iCCP", Buffer.from("x\0\0not deflated")],
    ["sRGB", Buffer.of(9)],
    ["gAMA", Buffer.alloc(4)],
    ["pHYs", Buffer.alloc(2)],
    ["eXIf", Buffer.from("II*\0\xff\xff", "latin1")],
  ] as [string, Buffer][])("PNG: a bad %s", async (type, content) => {
    const how = { width: 96, height: 64, bitDepth: 8, colourType: PNG.grey, rows: pixels(96 * 64) } as const;
    const { data } = await decode(png({ ...how, chunks: [[type, content]] }));
    expect([...data]).toEqual([...pixels(96 * 64)]);
  });
});

describe("a picture that has lost pixels is refused", () => {
  test("a JPEG that lacks a part before its end marker, even in the last lines", async () => {
    const plain = await jpeg();
    for (const missing of [20, 100, 1000]) {
      const holed = Buffer.concat([plain.subarray(0, -2 - missing), plain.subarray(-2)]);
      expect(await reasonOf(holed)).toMatch(/damaged or truncated/);
    }
  });

  test("a truncated progressive JPEG, TIFF, PNG and WebP", async () => {
    const webp = await sharp(pixels(96 * 64), { raw })
      .webp({ lossless: true })
      .toBuffer();
    for (const whole of [await jpeg(), await jpeg({ progressive: true }), greyPng, webp]) {
      expect(await reasonOf(whole.subarray(0, (whole.length * 2) / 3))).toMatch(/damaged or truncated/);
    }
    const strips = await sharp(pixels(96 * 64), { raw })
      .tiff({ compression: "deflate" })
      .toBuffer();
    expect(await reasonOf(Buffer.concat([strips.subarray(0, 200), strips.subarray(400)]))).not.toBe("read");
  });
});

describe("a TIFF of very many pages", () => {
  /** Returns a TIFF with a chain of directories, all of the same picture. */
  function chain(pages: number, last: number): Buffer {
    const at = greyTiff.readUInt32LE(4);
    const directory = greyTiff.subarray(at, greyTiff.length - 4);
    const length = directory.length + 4;
    const all = Array.from({ length: pages }, (_, i) => {
      const next = Buffer.alloc(4);
      next.writeUInt32LE(i < pages - 1 ? at + (i + 1) * length : last);
      return Buffer.concat([directory, next]);
    });
    return Buffer.concat([greyTiff.subarray(0, at), ...all]);
  }

  test("is refused before a decoder counts them", async () => {
    expect(await reasonOf(chain(20_000, 0))).toMatch(/it has more than 1000 pages/);
  });

  test("is read if it has some hundreds", async () => {
    const { notes } = await decode(chain(300, 0));
    expect(notes.map(({ text }) => text)).toEqual(["only page 1 of 300 is read"]);
  });

  test("is read if its directories form a circle", async () => {
    await reasonOf(chain(3, greyTiff.readUInt32LE(4)));
  });
});

test("each file gets its own error under parallel decoding, in every run", async () => {
  const plain = await jpeg();
  const lzw = await sharp(pixels(96 * 64), { raw })
    .tiff({ compression: "lzw" })
    .toBuffer();
  const webp = await sharp(pixels(96 * 64), { raw })
    .webp()
    .toBuffer();
  const cut = (bytes: Buffer, share: number) => bytes.subarray(0, Math.floor(bytes.length * share));
  const damaged = [0.3, 0.5, 0.7, 0.9].flatMap((share) =>
    [plain, greyPng, lzw, webp, greyTiff].map((bytes) => cut(bytes, share)),
  );
  const files = damaged.flatMap((bytes) => [bytes, plain, greyPng]);
  const alone: string[] = [];
  for (const bytes of files) alone.push(await reasonOf(bytes));
  expect(alone.filter((reason) => reason === "read").length).toBeLessThan((files.length / 3) * 2 + 3);
  for (let round = 0; round < 5; round++) expect(await Promise.all(files.map(reasonOf))).toEqual(alone);
});
