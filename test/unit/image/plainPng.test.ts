/** Native decoding of PNGs, compared with sharp's. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type DecodedPicture, MAX_PIXELS } from "../../../src/image/decodedPicture.js";
import { decodePicture } from "../../../src/image/decodePicture.js";
import { decodePlainPng } from "../../../src/image/plainPng.js";
import { readAnew } from "../../../src/image/readPicture.js";
import { Random } from "../../../src/random.js";
import { PNG } from "../../helpers/png.js";
import { describeWithTestData, fixture, testData } from "../../helpers/testData.js";

type Chunk = [type: string, content: Uint8Array];

function chunk([type, content]: Chunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

const fileOf = (chunks: readonly Chunk[]) =>
  Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks.map(chunk)]);

function header(width: number, height: number, bitDepth: number, colourType: number, interlace = 0): Chunk {
  const content = Buffer.alloc(13);
  content.writeUInt32BE(width);
  content.writeUInt32BE(height, 4);
  content.set([bitDepth, colourType, 0, 0, interlace], 8);
  return ["IHDR", content];
}

const KINDS: [colourType: number, bitDepths: number[]][] = [
  [PNG.grey, [1, 2, 4, 8, 16]],
  [PNG.colour, [8]],
  [PNG.palette, [1, 2, 4, 8]],
];

const pick = <T>(random: Random, all: readonly T[]): T => all[random.integer(0, all.length - 1)]!;

/** A random picture of random rows, filters and pieces; a third has Paeth's filter in all rows, as radiographs mostly have. */
function randomPng(random: Random): Buffer {
  const [colourType, depths] = pick(random, KINDS);
  const bitDepth = pick(random, depths);
  const width = random.integer(1, pick(random, [8, 40, 150]));
  const height = random.integer(1, pick(random, [8, 40, 100]));
  const rowBytes = Math.ceil((width * bitDepth * (colourType === PNG.colour ? 3 : 1)) / 8);
  const isUniform = random.uniform() < 0.3;
  const rows = Uint8Array.from({ length: height * (rowBytes + 1) }, (_, i) => {
    if (i % (rowBytes + 1) === 0) return isUniform ? 4 : random.integer(0, 4);
    return random.uniform() < 0.5 ? random.integer(0, 255) : random.integer(0, 2);
  });
  const data = deflateSync(rows, { level: random.integer(0, 9) });
  const cut = random.integer(0, data.length);
  const colours = Uint8Array.from({ length: 3 * 2 ** Math.min(bitDepth, 8) }, () => random.integer(0, 255));
  const unused: Chunk[] = [
    ["gAMA", Buffer.of(0, 0, 1, 1)],
    ["iCCP", Buffer.from("no profile\0\0", "latin1")],
    ["sBIT", Buffer.of(3)],
  ];
  return fileOf([
    header(width, height, bitDepth, colourType),
    ...unused.filter(() => random.uniform() < 0.2),
    ...(colourType === PNG.palette ? [["PLTE", colours] as Chunk] : []),
    ["IDAT", data.subarray(0, cut)],
    ["IDAT", data.subarray(cut)],
    ["IEND", Buffer.alloc(0)],
  ]);
}

/** Compares two pictures, their samples as bytes: vitest takes seconds for arrays of millions. */
function expectSame(picture: DecodedPicture | null, expected: DecodedPicture, name?: string): void {
  expect(picture && { ...picture, data: null }, name).toEqual({ ...expected, data: null });
  expect(Buffer.compare(picture!.data, expected.data), name).toBe(0);
}

const bySharp = (bytes: Uint8Array) => decodePicture(bytes, { role: "image" });
const natively = (bytes: Uint8Array) => decodePlainPng(bytes, MAX_PIXELS);

test("random pictures of all filters, depths and sizes are sharp's to the last bit", async () => {
  for (let i = 0; i < 150; i++) {
    const bytes = randomPng(new Random("augmentation", 1, 0, i));
    expectSame(await natively(bytes), await bySharp(bytes), `picture ${i}`);
  }
});

describe("sharp decides about", () => {
  const rows = Buffer.from(Array.from({ length: 5 * 4 }, (_, i) => (i % 5 === 0 ? 0 : 40 * (i % 7))));
  const head = header(4, 4, 8, PNG.grey);
  const data = deflateSync(rows);
  const end: Chunk = ["IEND", Buffer.alloc(0)];
  const whole = fileOf([head, ["IDAT", data], end]);
  const changed = (at: number, source = whole) => {
    const copy = Buffer.from(source);
    copy[at]! ^= 1;
    return copy;
  };
  const withFilter5 = Buffer.from(rows);
  withFilter5[5] = 5;
  const alpha = deflateSync(Buffer.alloc(4 * 9));
  const isUnreadable = {
    "a checksum of the data": changed(whole.length - 14),
    "Adler's checksum": fileOf([head, ["IDAT", changed(data.length - 1, data)], end]),
    "too little data": fileOf([head, ["IDAT", deflateSync(rows.subarray(1))], end]),
    "an incomplete stream": fileOf([head, ["IDAT", data.subarray(0, -4)], end]),
    "an unknown filter": fileOf([head, ["IDAT", deflateSync(withFilter5)], end]),
    "data in two places": fileOf([
      head,
      ["IDAT", data.subarray(0, 9)],
      ["tEXt", Buffer.from("a\0b")],
      ["IDAT", data.subarray(9)],
      end,
    ]),
    "an unknown critical chunk": fileOf([head, ["ABCD", Buffer.of(1)], ["IDAT", data], end]),
    "a palette with half a colour": fileOf([
      header(4, 4, 8, PNG.palette),
      ["PLTE", Buffer.alloc(7)],
      ["IDAT", data],
      end,
    ]),
    "two headers": fileOf([head, head, ["IDAT", data], end]),
    "a truncated file": whole.subarray(0, whole.length - 20),
    nothing: whole.subarray(0, 8),
  };
  test.each(Object.entries(isUnreadable))("%s", async (_, bytes) => {
    expect(await natively(bytes)).toBeNull();
    await expect(readAnew(bytes, "image")).rejects.toThrow("cannot be read: it is damaged or truncated");
  });
  const isReadable = {
    "an unfinished end": whole.subarray(0, -3),
    "bytes after the end": Buffer.concat([whole, Buffer.from("more")]),
    "too much data": fileOf([head, ["IDAT", deflateSync(Buffer.concat([rows, rows]))], end]),
    "a checksum of what is skipped": changed(
      head[1].length + 30,
      fileOf([head, ["tEXt", Buffer.from("a\0b")], ["IDAT", data], end]),
    ),
    "an index beyond the palette": fileOf([
      header(4, 4, 8, PNG.palette),
      ["PLTE", Buffer.alloc(6, 99)],
      ["IDAT", data],
      end,
    ]),
    transparency: fileOf([head, ["tRNS", Buffer.of(0, 40)], ["IDAT", data], end]),
    alpha: fileOf([header(4, 4, 8, PNG.greyAlpha), ["IDAT", alpha], end]),
    orientation: fileOf([head, ["eXIf", Buffer.from("MM\0*\0\0\0\x08\0\0", "latin1")], ["IDAT", data], end]),
  };
  test.each(Object.entries(isReadable))("%s", async (_, bytes) => {
    expect(await natively(bytes)).toBeNull();
    expectSame((await readAnew(bytes, "image")).picture, await bySharp(bytes));
  });
  test("more pixels than are allowed, and data that no such picture can be in", async () => {
    expect(await decodePlainPng(whole, 15)).toBeNull();
    expect(await decodePlainPng(whole, 16)).not.toBeNull();
    expect(await natively(fileOf([header(16_000, 16_000, 8, PNG.grey), ["IDAT", data], end]))).toBeNull();
  });
  test("other formats", async () => {
    expect(await natively(Buffer.alloc(0))).toBeNull();
    expect(
      await natively(Buffer.from("\xff\xd8\xff\xe0 no PNG at all, and longer than its head", "latin1")),
    ).toBeNull();
  });
});

/** Compares all PNGs below a folder; returns how many were decoded natively. */
async function comparePngs(folder: string): Promise<number> {
  let plain = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".png")) continue;
    const bytes = readFileSync(join(folder, name));
    const picture = await natively(bytes);
    if (picture === null) continue;
    plain += 1;
    expectSame(picture, await bySharp(bytes), name);
  }
  return plain;
}

test("the parity fixtures", async () => {
  expect(await comparePngs(fixture("parity/preprocess"))).toBeGreaterThan(10);
});

describeWithTestData("real radiographs", ["radiographs"], () => {
  test("and their masks", async () => {
    expect(await comparePngs(testData("radiographs/images/atlas"))).toBeGreaterThan(50);
    expect(await comparePngs(testData("radiographs/masks/rsna"))).toBeGreaterThan(10);
  });
});
