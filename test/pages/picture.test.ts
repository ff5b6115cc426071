import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
// @ts-expect-error: a script without types
import { printed } from "../../scripts/front-picture.mjs";
import { projectRoot } from "../helpers/testData.js";

const NUMBER = /\d+(\.\d+)?/g;
const numbersOf = (text: string) => text.match(NUMBER)!.map(Number);

test("the README's picture shows what predict prints (npm run docs:picture)", async () => {
  const { exif } = await sharp(join(projectRoot, "docs/images/prediction.png")).metadata();
  const text = exif!.toString("latin1");
  const [shown = ""] = text.slice(text.indexOf("$ npx")).split("\0");
  const today = printed();
  expect(shown.replaceAll(NUMBER, "#")).toBe(today.replaceAll(NUMBER, "#"));
  // Another processor may round to the next tenth.
  for (const [i, number] of numbersOf(today).entries())
    expect(Math.abs(number - numbersOf(shown)[i]!)).toBeLessThan(0.15);
});
