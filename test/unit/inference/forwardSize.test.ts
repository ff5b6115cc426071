import { describe, expect, test } from "vitest";
import { boundSizes, forwardSize } from "../../../src/inference/forwardSize.js";
import type { BoneAgeModel } from "../../../src/model/boneAgeModel.js";

const MB = 1e6;
const network = (megabytes: number, device = "cpu") =>
  ({ device: { name: device, reason: "" }, bytesPerPicture: megabytes * MB }) as BoneAgeModel;

describe("pictures a forward", () => {
  test.each([
    ["a small network on the CPU: the block", network(0.5), {}, 16],
    ["a large one: as many as make it faster", network(15), {}, 4],
    ["one that is too large for two", network(60), {}, 1],
    ["one that is too large for any", network(1500), {}, 1],
    ["a GPU: the block", network(1500, "cuda:0"), {}, 16],
    ["within the bound", network(15), { maxMemory: 45 * MB }, 3],
    ["within the bound on a GPU", network(100, "cuda:1"), { maxMemory: 550 * MB }, 5],
    ["a generous bound does not make it more", network(15), { maxMemory: 9000 * MB }, 4],
    ["a bound below one picture", network(15), { maxMemory: 1 }, 1],
  ])("%s", (_, model, limits, expected) => {
    expect(forwardSize(model, { batchSize: 16, ...limits })).toBe(expected);
    expect(forwardSize(model, { batchSize: 1, ...limits })).toBe(1);
  });

  test("only a bound that changes them is part of what a later run must share", () => {
    const [small, large] = [network(15), network(60)];
    const sizes = (maxMemory?: number) => boundSizes([small, large], { batchSize: 16, maxMemory });
    expect([sizes(), sizes(9000 * MB), sizes(60 * MB)]).toEqual([null, null, null]);
    expect(sizes(45 * MB)).toBe("3, 1 at once");
    expect(sizes(46 * MB)).toBe("3, 1 at once");
    expect(sizes(30 * MB)).toBe("2, 1 at once");
  });
});
