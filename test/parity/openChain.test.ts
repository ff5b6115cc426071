/**
 * Whole chains of the open bone-age model, picture to age, with rule-made weights of its full size. They need gigabytes and
 * minutes: DEEPLASIA_LARGE_PARITY=1 runs them where the parity data lie.
 */
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodePicture } from "../../src/image/decodePicture.js";
import { loadModel, predictImage } from "../../src/index.js";
import { boxOf } from "../../src/model/cropperModel.js";
import { type TensorEntry, writeRuleMade } from "../helpers/rule.js";
import { describeWithTestData, fixture, testData } from "../helpers/testData.js";

interface Chain {
  input: string;
  crop_input: number;
  coords_xywh: number[];
  box_xywh: number[];
  match: "none" | "float" | "uint8";
  age_male: number;
  age_female: number;
}

const needs = ["parity/convnext/networks/chain.json", "parity/convnext/preprocess/inputs"];
const isAsked = process.env.DEEPLASIA_LARGE_PARITY !== undefined;

describeWithTestData(
  "whole chains of the open bone-age model",
  isAsked ? needs : ["DEEPLASIA_LARGE_PARITY"],
  () => {
    const chains: Chain[] = isAsked ? JSON.parse(readFileSync(testData(needs[0]!), "utf8")).cases : [];
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "deeplasia-chain-"));
      const states = JSON.parse(readFileSync(fixture("parity/convnext/networks/state_dicts.json"), "utf8"));
      const tiny = states.convnextv2_tiny_ensemble as TensorEntry[];
      await writeRuleMade(join(folder, "age.safetensors"), tiny, { seed: 1, gain: 0.7 });
      await mkdir(join(folder, "crop"));
      await writeRuleMade(join(folder, "crop.safetensors"), states.mobilenetv3_small_100_crop, {
        seed: 1,
        gain: 1,
      });
    }, 600_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    test.each(chains)("$input, cropper of $crop_input, match $match", { timeout: 600_000 }, async (chain) => {
      const { writeFile } = await import("node:fs/promises");
      const side = chain.crop_input;
      await writeFile(join(folder, "crop.json"), JSON.stringify({ inputSize: [1, side, side] }));
      const contract = {
        cropper: "crop.safetensors",
        matchHistogram: chain.match === "none" ? "none" : "ianpan-bone-age",
        matchHistogramRounding: chain.match === "uint8" ? "truncate" : "none",
      } as const;
      const picture = testData(`parity/convnext/preprocess/inputs/${chain.input}.png`);
      await using model = await loadModel(join(folder, "age.safetensors"), { contract });
      const decoded = await decodePicture(picture, { role: "image" });
      const fractions = await model.cropper!.fractions(decoded);
      for (const [i, wanted] of chain.coords_xywh.entries())
        expect(Math.abs(fractions[i]! - wanted)).toBeLessThan(1e-5);
      const { x, y, width, height } = boxOf(fractions, decoded);
      expect([x, y, width, height]).toEqual(chain.box_xywh);
      const tolerance = chain.match === "float" ? 0.05 : 0.02;
      for (const [sex, wanted] of [
        ["M", chain.age_male],
        ["F", chain.age_female],
      ] as const) {
        const { ageMonths } = await predictImage(model, picture, { sex });
        expect(Math.abs(ageMonths - wanted)).toBeLessThan(tolerance);
      }
    });
  },
);
