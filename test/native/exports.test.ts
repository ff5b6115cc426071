import { expect, expectTypeOf, test } from "vitest";
import { NATIVE_FUNCTIONS, type Native, native } from "../../src/native.js";

test("the addon exports exactly the functions that src/native.ts declares", () => {
  expect(Object.keys(native()).sort()).toEqual([...NATIVE_FUNCTIONS].sort());
  for (const name of NATIVE_FUNCTIONS) expect(native()[name], name).toBeInstanceOf(Function);
  expectTypeOf<(typeof NATIVE_FUNCTIONS)[number]>().toEqualTypeOf<keyof Native>();
});

test("the addon returns its build and the devices", () => {
  expect(native().buildInfo()).toEqual({
    libtorchCompiled: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    hasCuda: expect.any(Boolean),
    cpuHasBf16: expect.any(Boolean),
    parallelInfo: expect.stringContaining("at::get_num_threads"),
  });
  expect(native().devices()[0]?.name).toBe("cpu");
});
