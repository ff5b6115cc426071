import { describe, expect, test } from "vitest";
import {
  differenceInShort,
  differenceInWords,
  inShort,
  inWords,
  monthsBetween,
  monthsOf,
} from "../../../src/page/ages.js";

describe("monthsBetween", () => {
  test("four years with their leap day are 48 months, and one day a 365.25th of a year", () => {
    expect(monthsBetween("2015-03-09", "2019-03-09")).toBe(48);
    expect(monthsBetween("2015-03-09", "2015-03-10")).toBeCloseTo(12 / 365.25, 12);
    expect(monthsBetween("2015-03-09", "2015-03-09")).toBe(0);
  });

  test.each([
    ["", "2019-03-09"],
    ["2015-03-09", ""],
    ["2019-03-09", "2015-03-09"],
    ["2015-02-29", "2019-03-09"],
    ["2015-13-01", "2019-03-09"],
    ["1815-03-09", "2019-03-09"],
    ["09.03.2015", "2019-03-09"],
  ])("%s to %s is no age", (birth, study) => {
    expect(monthsBetween(birth, study)).toBeNull();
  });
});

test("an age of two fields may lack one of them", () => {
  expect(monthsOf("9", "9")).toBe(117);
  expect(monthsOf("9", "")).toBe(108);
  expect(monthsOf("", "7.5")).toBe(7.5);
  expect(monthsOf("0", "0")).toBe(0);
  expect(monthsOf(" ", "")).toBeNull();
  expect(monthsOf("-1", "3")).toBeNull();
  expect(monthsOf("nine", "3")).toBeNull();
  expect(monthsOf("151", "0")).toBeNull();
});

test.each([
  [0, "0 months", "0 m"],
  [0.4, "0 months", "0 m"],
  [-0.4, "0 months", "0 m"],
  [1, "1 month", "1 m"],
  [11.6, "1 year", "1 y"],
  [13, "1 year 1 month", "1 y 1 m"],
  [103.2, "8 years 7 months", "8 y 7 m"],
  [-5, "−5 months", "−5 m"],
])("%s months are %s", (months, words, short) => {
  expect(inWords(months)).toBe(words);
  expect(inShort(months)).toBe(short);
});

test.each([
  [103.2, 117, "1 year 2 months below", "−1 y 2 m"],
  [117, 103.2, "1 year 2 months above", "+1 y 2 m"],
  [117.4, 117, "equal to", "0 m"],
  [116.6, 117, "equal to", "0 m"],
])("a bone age of %s months at %s", (boneAge, age, words, short) => {
  expect(differenceInWords(boneAge, age)).toBe(words);
  expect(differenceInShort(boneAge, age)).toBe(short);
});
