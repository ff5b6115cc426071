import { expect, test } from "vitest";
import { native } from "../../src/native.js";

test("release frees a whole buffer and leaves parts of larger ones unchanged", () => {
  const whole = new Uint8Array(1000).fill(7);
  native().release(whole);
  native().release(whole);
  expect(whole.byteLength).toBe(0);

  const larger = new Uint8Array(1000).fill(7);
  native().release(larger.subarray(10, 20));
  expect(larger[15]).toBe(7);
  expect(() => native().release("text" as never)).toThrow(TypeError);
});
