import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { MAX_PIXELS } from "../../../src/image/decodedPicture.js";
import { decodePicture } from "../../../src/image/decodePicture.js";
import type { RawPicture } from "../../../src/native.js";
import { asOrdinaryUser } from "../../helpers/permissions.js";
import { PNG, png } from "../../helpers/png.js";
import { temporaryFolder } from "../../helpers/temporary.js";
import { tiff } from "../../helpers/tiff.js";

const decode = (bytes: Uint8Array) => decodePicture(bytes, { role: "image", name: "hand.png" });

/** Returns the samples as numbers, whatever their depth. */
function samples({ data, depth }: RawPicture): number[] {
  return depth === 8 ? [...data] : [...new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)];
}

describe("PNG", () => {
  const two = { width: 2, height: 1 };

  test("8-bit grey", async () => {
    const picture = await decode(
      png({
        width: 3,
        height: 2,
        bitDepth: 8,
        colourType: PNG.grey,
        rows: Buffer.of(0, 1, 2, 253, 254, 255),
      }),
    );
    expect(picture).toMatchObject({ width: 3, height: 2, channels: 1, depth: 8, luma: "png" });
    expect(samples(picture)).toEqual([0, 1, 2, 253, 254, 255]);
  });

  test("16-bit grey keeps its values", async () => {
    const rows = Buffer.of(0x12, 0x34, 0xff, 0xfe);
    const picture = await decode(png({ ...two, bitDepth: 16, colourType: PNG.grey, rows }));
    expect(picture).toMatchObject({ channels: 1, depth: 16 });
    expect(samples(picture)).toEqual([0x1234, 0xfffe]);
  });

  test("16-bit colour keeps its values", async () => {
    const rows = Buffer.of(0, 1, 0, 2, 0, 3, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc);
    const picture = await decode(png({ ...two, bitDepth: 16, colourType: PNG.colour, rows }));
    expect(picture).toMatchObject({ channels: 3, depth: 16 });
    expect(samples(picture)).toEqual([1, 2, 3, 0x1234, 0x5678, 0x9abc]);
  });

  test("1-bit masks become 0 and 255", async () => {
    const rows = Buffer.of(0b10100000, 0b01000000);
    const picture = await decode(png({ width: 3, height: 2, bitDepth: 1, colourType: PNG.grey, rows }));
    expect(picture).toMatchObject({ channels: 1, depth: 8 });
    expect(samples(picture)).toEqual([255, 0, 255, 0, 255, 0]);
  });

  test("a palette is applied, and its transparency ignored", async () => {
    const chunks: [string, Buffer][] = [
      ["PLTE", Buffer.of(1, 2, 3, 200, 100, 50)],
      ["tRNS", Buffer.of(0, 128)],
    ];
    const rows = Buffer.of(1, 0);
    const picture = await decode(png({ ...two, bitDepth: 8, colourType: PNG.palette, rows, chunks }));
    expect(picture).toMatchObject({ channels: 3, depth: 8 });
    expect(samples(picture)).toEqual([200, 100, 50, 1, 2, 3]);
  });

  test("alpha is dropped, not applied", async () => {
    const colour = Buffer.of(10, 20, 30, 0, 40, 50, 60, 128);
    const grey = Buffer.of(10, 0, 20, 128);
    const picture = await decode(png({ ...two, bitDepth: 8, colourType: PNG.colourAlpha, rows: colour }));
    expect(samples(picture)).toEqual([10, 20, 30, 40, 50, 60]);
    expect(
      samples(await decode(png({ ...two, bitDepth: 8, colourType: PNG.greyAlpha, rows: grey }))),
    ).toEqual([10, 20]);
  });

  test("a colour profile and a gamma do not change the values", async () => {
    const wide = await sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } })
      .withIccProfile("p3")
      .png()
      .toBuffer();
    const { icc } = await sharp(wide).metadata();
    const profile = Buffer.concat([Buffer.from("p3\0\0", "latin1"), deflateSync(icc!)]);
    const chunks: [string, Buffer][] = [
      ["gAMA", Buffer.of(0, 1, 0x86, 0xa0)],
      ["iCCP", profile],
    ];
    const rows = Buffer.of(200, 100, 50, 1, 2, 3);
    const picture = await decode(png({ ...two, bitDepth: 8, colourType: PNG.colour, rows, chunks }));
    expect(samples(picture)).toEqual([...rows]);
  });
});

describe("other formats", () => {
  test("a JPEG is recognised by its content, whatever its name, and gets the JPEG formula", async () => {
    const flat = sharp({
      create: { width: 16, height: 16, channels: 3, background: { r: 90, g: 90, b: 90 } },
    });
    const colour = await decode(await flat.clone().jpeg().toBuffer());
    expect(colour).toMatchObject({ width: 16, height: 16, channels: 3, depth: 8, luma: "cvt" });
    expect(new Set(samples(colour))).toEqual(new Set([90]));
    const single = await decode(await flat.clone().toColourspace("b-w").jpeg().toBuffer());
    expect(single).toMatchObject({ channels: 1, luma: "cvt" });
  });

  test("TIFF, 8 and 16 bit", async () => {
    const picture = await decode(tiff({ width: 2, height: 1, samples: Uint8Array.of(3, 250) }));
    expect(picture).toMatchObject({ width: 2, height: 1, channels: 1, depth: 8, luma: "cvt" });
    expect(samples(picture)).toEqual([3, 250]);
    const deep = await decode(tiff({ width: 2, height: 1, samples: Uint16Array.of(0x1234, 0xfffe) }));
    expect(deep).toMatchObject({ channels: 1, depth: 16 });
    expect(samples(deep)).toEqual([0x1234, 0xfffe]);
  });

  test("lossless WebP", async () => {
    const colours = Buffer.of(10, 20, 30, 40, 50, 60);
    const made = sharp(colours, { raw: { width: 2, height: 1, channels: 3 } }).webp({ lossless: true });
    const picture = await decode(await made.toBuffer());
    expect(picture).toMatchObject({ width: 2, height: 1, channels: 3, depth: 8, luma: "cvt" });
    expect(samples(picture)).toEqual([...colours]);
  });

  test("orientation is applied", async () => {
    // 6: the first row of the file is the right-hand column of the picture
    const bytes = tiff({
      width: 3,
      height: 2,
      samples: Uint8Array.of(10, 20, 30, 40, 50, 60),
      orientation: 6,
    });
    const picture = await decode(bytes);
    expect(picture).toMatchObject({ width: 2, height: 3 });
    expect(samples(picture)).toEqual([40, 10, 50, 20, 60, 30]);
  });

  test("bytes inside a larger array", async () => {
    const bytes = tiff({ width: 2, height: 1, samples: Uint8Array.of(3, 250) });
    const inside = new Uint8Array(bytes.length + 20);
    inside.set(bytes, 7);
    expect(samples(await decode(inside.subarray(7, 7 + bytes.length)))).toEqual([3, 250]);
  });
});

describe("errors name the file and a remedy", () => {
  const good = png({ width: 64, height: 64, bitDepth: 8, colourType: PNG.grey, rows: noise(64 * 64) });

  function noise(length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, i) => (i * i * 31 + i * 7) >> 3);
  }

  async function expectRefusal(file: string, role: "image" | "mask", code: string, problem: RegExp) {
    const error = await decodePicture(file, { role }).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "DeeplasiaError", code, file });
    expect(error).toHaveProperty("remedy", expect.stringMatching(/\w/));
    expect(String(error)).toMatch(problem);
    expect(String(error)).toContain(file);
    expect(String(error)).toContain(role === "image" ? "picture" : "mask");
  }

  const cases: Record<string, [Uint8Array, string, RegExp]> = {
    "zero bytes": [Buffer.alloc(0), "ERR_DEEPLASIA_IMAGE_UNREADABLE", /empty/],
    "a text": [
      Buffer.from("not a picture"),
      "ERR_DEEPLASIA_IMAGE_UNREADABLE",
      /it is a text, not a PNG, JPEG, TIFF, WebP or DICOM/,
    ],
    "a truncated PNG": [
      good.subarray(0, good.length >> 1),
      "ERR_DEEPLASIA_IMAGE_UNREADABLE",
      /damaged or truncated/,
    ],
    "only a signature": [good.subarray(0, 8), "ERR_DEEPLASIA_IMAGE_UNREADABLE", /damaged or truncated/],
    "a flipped bit": [
      good.map((v, i) => (i === good.length >> 1 ? v ^ 1 : v)),
      "ERR_DEEPLASIA_IMAGE_UNREADABLE",
      /damaged/,
    ],
  };
  test.each(Object.entries(cases))("%s", async (_, [bytes, code, problem]) => {
    const file = join(await temporaryFolder(), "hand.png");
    await writeFile(file, bytes);
    await expectRefusal(file, "image", code, problem);
    await expectRefusal(file, "mask", code, problem);
  });

  test("a truncated JPEG", async () => {
    const bytes = await sharp(noise(64 * 64), { raw: { width: 64, height: 64, channels: 1 } })
      .jpeg()
      .toBuffer();
    await expect(decode(bytes.subarray(0, bytes.length - 300))).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_UNREADABLE",
      file: "hand.png",
    });
  });

  test("floating-point samples", async () => {
    const bytes = tiff({ width: 2, height: 1, samples: Float32Array.of(0, 1) });
    await expect(decode(bytes)).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_UNREADABLE",
      message: expect.stringContaining("not supported: floating-point samples of 32 bits"),
    });
  });

  test("20,000 x 20,000 pixels: size and limit are named, nothing is decoded", async () => {
    const rows = Buffer.alloc(2500);
    const bytes = png({ width: 20_000, height: 1, bitDepth: 1, colourType: PNG.grey, rows });
    bytes.writeUInt32BE(20_000, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    const file = join(await temporaryFolder(), "huge.png");
    await writeFile(file, bytes);
    await expectRefusal(file, "image", "ERR_DEEPLASIA_IMAGE_TOO_LARGE", /20000 x 20000/);
    await expectRefusal(file, "image", "ERR_DEEPLASIA_IMAGE_TOO_LARGE", new RegExp(String(MAX_PIXELS)));
  });

  test("a missing file, a file in place of a folder, a folder", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "hand.png");
    await expectRefusal(file, "image", "ERR_DEEPLASIA_IMAGE_MISSING", /no such file/);
    await expectRefusal(file, "mask", "ERR_DEEPLASIA_MASK_MISSING", /no such file/);
    await writeFile(file, good);
    await expectRefusal(join(file, "hand.png"), "image", "ERR_DEEPLASIA_IMAGE_MISSING", /no such file/);
    await expectRefusal(folder, "image", "ERR_DEEPLASIA_IMAGE_UNREADABLE", /folder/);
  });

  test("no permission", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "hand.png");
    await writeFile(file, good);
    await asOrdinaryUser(folder, async () => {
      await decodePicture(file, { role: "image" });
      await chmod(file, 0);
      await expectRefusal(file, "image", "ERR_DEEPLASIA_IMAGE_UNREADABLE", /permission denied/);
    });
  });
});
