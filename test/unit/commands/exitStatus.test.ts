import { expect, test } from "vitest";
import { exitStatusOf } from "../../../src/commands/exitStatus.js";
import { DeeplasiaError } from "../../../src/errors.js";

test("errors in what is given end with 2, all others with 1", () => {
  for (const code of ["USAGE", "OPTION", "CONTRACT", "RESUME"] as const)
    expect(exitStatusOf(`ERR_DEEPLASIA_${code}`)).toBe(2);
  for (const code of ["CSV", "ROW", "OUTPUT", "PEER", "INTERNAL"] as const)
    expect(exitStatusOf(`ERR_DEEPLASIA_${code}`)).toBe(1);
});

test("an error of the library has no exit status", () => {
  expect("exitStatus" in new DeeplasiaError("ERR_DEEPLASIA_USAGE", "")).toBe(false);
});
