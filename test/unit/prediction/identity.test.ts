import { describe, expect, test } from "vitest";
import { z } from "zod";
import { loadModelOptions } from "../../../src/options/predict.js";
import { writePredictionsOptions } from "../../../src/prediction/arguments.js";
import { comparedNames } from "../../../src/prediction/identity.js";

describe("options that a resumed run compares", () => {
  test("are all but those declared not to change an output", () => {
    const shape = {
      declared: z.boolean().default(false).meta({ description: "", changesOutput: false }),
      forgotten: z.number().optional().meta({ description: "what nobody thought of" }),
      bare: z.string(),
    };
    expect(comparedNames(z.strictObject(shape))).toEqual(["forgotten", "bare"]);
    // Whatever wraps it, as `.partial()` does.
    expect(comparedNames(z.strictObject(shape).partial())).toEqual(["forgotten", "bare"]);
  });

  test("of a run", () => {
    // Whoever adds an option decides here: does an interrupted run with another value of it write other bytes?
    expect(comparedNames(writePredictionsOptions).sort()).toEqual([
      ...[
        "autoOrient",
        "dicomOut",
        "flip",
        "imgDir",
        "limitPredictBatches",
        "maskDirs",
        "maxMemory",
        "memberCsvs",
      ],
      "onQuality",
      ...["rotationAngle", "splitColumn", "splitName", "strict", "ttaFlip", "ttaRot"],
    ]);
  });

  test("of loading a model are what the loaded model knows of itself", () => {
    expect(comparedNames(loadModelOptions).sort()).toEqual(["device", "precision", "threads"]);
  });
});
