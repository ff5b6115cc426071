import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadModel } from "../../src/index.js";
import { runCli } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const SIDE = 64;

async function ages(file: string): Promise<Float32Array> {
  const model = await loadModel(file, { contract: { ageMeanMonths: 120, ageSdMonths: 40 } });
  const data = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, i) => Math.sin(i * i));
  const { ageZ } = await model.forward(data, [2, 1, SIDE, SIDE], [1, 0]);
  await model.dispose();
  return ageZ!;
}

test("weights in 16 bits take half the space, and give nearly the same ages", async () => {
  const folder = await temporaryFolder();
  const [whole, half] = [join(folder, "whole.pt"), join(folder, "half.pt")];
  expect(await runCli(["init", "--out", whole, "--input_size", "1", "64", "64"])).toMatchObject({ code: 0 });
  expect(await runCli(["convert", whole, half, "--half"])).toMatchObject({ code: 0 });
  const bytes = async (file: string) => (await stat(file)).size;
  // Parameters are nearly all of it; running statistics stay wide.
  expect((await bytes(half)) / (await bytes(whole))).toBeCloseTo(0.5, 1);
  const [a, b] = [await ages(whole), await ages(half)];
  expect(b).not.toEqual(a);
  for (const [row, age] of a.entries()) expect(Math.abs(b[row]! - age)).toBeLessThan(0.01 * Math.abs(age));
});

test("a TorchScript model's contract is not changed on the way", async () => {
  const out = join(await temporaryFolder(), "half.pt");
  const args = ["convert", fixture("models/learns.pt"), out, "--half", "--input_size", "1", "64", "64"];
  const { code, stderr } = await runCli(args);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("inputSize") });
  expect(stderr).toContain("manifest write");
  await expect(stat(out)).rejects.toThrow();
});

test("a format without half precision", async () => {
  const out = join(await temporaryFolder(), "half.safetensors");
  const { code, stderr } = await runCli(["convert", fixture("models/learns.pt"), out, "--half"]);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("16-bit weights are for TorchScript"),
  });
});
