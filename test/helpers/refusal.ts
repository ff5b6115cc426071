/** Calls of public functions with arguments that their types do not allow. */
import { expect } from "vitest";
import { DeeplasiaError } from "../../src/index.js";

/** Returns a function as JavaScript calls it: without the types of its arguments. */
export const loose = (call: unknown) => call as (...args: unknown[]) => unknown;

/** Returns the DeeplasiaError with which the promise of a call rejects. Any other outcome fails the test. */
export async function refusal(call: () => unknown): Promise<DeeplasiaError> {
  const promise = Promise.resolve(call());
  const error = await promise.then(
    (value) => expect.fail(`was taken, and gave ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DeeplasiaError);
  const known = error as DeeplasiaError;
  expect(known.code).not.toBe("ERR_DEEPLASIA_INTERNAL");
  expect(known.message).not.toMatch(
    /undefined \(|expected .*received|Cannot read|is not a function|something else/,
  );
  expect(known.remedy).toMatch(/\w/);
  return known;
}
