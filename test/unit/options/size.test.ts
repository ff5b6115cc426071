import { expect, test } from "vitest";
import { sizeOption, sizeText } from "../../../src/options/size.js";

test.each([
  ["500MB", 500e6],
  ["500 mb", 500e6],
  ["2G", 2e9],
  ["1.5GiB", 1.5 * 2 ** 30],
  ["64KiB", 65536],
  ["100B", 100],
  [4096, 4096],
])("%s", (given, bytes) => expect(sizeOption.parse(given)).toBe(bytes));

test.each([
  "500",
  "",
  "MB",
  "-1GB",
  "2GBs",
  "1e3MB",
  "much",
  "0MB",
  "0.1B",
  0,
  -5,
  1.5,
  null,
  true,
  Number.NaN,
])("%s is none", (given) => expect(sizeOption.safeParse(given).success).toBe(false));

test("are written as a person does", () =>
  expect([1, 999, 16e6, 187_654_321, 2.5e9, 3e15].map(sizeText)).toEqual([
    ...["1 B", "999 B", "16 MB", "188 MB", "2.5 GB", "3000 TB"],
  ]));
