import sharp from "sharp";
import { expect, test } from "vitest";
import type { DecodedPicture } from "../../../src/image/decodedPicture.js";
import { decodePicture } from "../../../src/image/decodePicture.js";
import { fillSlots } from "../../../src/image/fillSlots.js";
import { notesOfTurn } from "../../../src/image/orientation.js";
import { native } from "../../../src/native.js";
import { plainPlan } from "../../helpers/chain.js";

/** A PNG, JPEG, TIFF or WebP with an EXIF orientation. */
const turned = (format: "png" | "jpeg" | "tiff" | "webp", orientation: number, width = 12, height = 8) =>
  sharp(Buffer.from(Array.from({ length: width * height }, (_, i) => (i * 16) % 256)), {
    raw: { width, height, channels: 1 },
  })
    .withMetadata({ orientation })
    .toFormat(format)
    .toBuffer();

const decoded = async (bytes: Promise<Buffer>, role: "image" | "mask"): Promise<DecodedPicture> =>
  decodePicture(await bytes, { role });

test.each(["png", "jpeg", "tiff", "webp"] as const)(
  "a %s turned otherwise than its mask is named",
  async (format) => {
    const picture = await decoded(turned(format, 3), "image");
    const kinds = async (orientation: number) =>
      notesOfTurn(picture, await decoded(turned("png", orientation), "mask")).map(({ kind }) => kind);
    expect(picture.orientation).toBe(3);
    expect(await kinds(3)).toEqual([]);
    expect(await kinds(1)).toEqual(["orientation"]);
  },
);

test.each([
  ["by EXIF", turned("jpeg", 6), /picture has EXIF orientation 6, its mask 1/],
  ["in its pixels", turned("jpeg", 1, 8, 12), /must be equal; the mask is turned by 90 degrees/],
])("a mask of another size because it is turned %s", async (_, image, words) => {
  const batch = native().createBatch(1, 8, 8);
  const mask = await turned("png", 1);
  const [filled] = await fillSlots([{ batch, plan: plainPlan(8, 8) }], 0, { image: await image, mask });
  expect(filled).toMatchObject({
    code: "ERR_DEEPLASIA_MASK_SIZE",
    message: expect.stringMatching(words),
    remedy: expect.stringMatching(/Turn the mask/),
  });
});
