/** The bias correction that a run fits at its end, against the normal equations. */
import { describe, expect, test } from "vitest";
import { predictImage } from "../../src/index.js";
import { evaluatedRun, GREYS_COUNT, withLoaded } from "../helpers/evaluatedRun.js";

describe("the bias correction after training", () => {
  test.each([[[]], [["--train_tta_flip"]]])(
    "the model file corrects by the line through the errors of the train predictions %s",
    async (flags: string[]) => {
      const { rows, evaluate, csv, modelFile, log, learnt } = await evaluatedRun("learns", GREYS_COUNT);
      const { bias, written } = await evaluate(flags, { parts: await learnt() });
      expect(written).toEqual(bias);
      const train = await csv("train");
      // The normal equations, from the file.
      const x = train.map((row) => Number(row.y_hat));
      const y = train.map((row) => Number(row.y_hat) - Number(row.y));
      const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
      const [n, sx, sy] = [x.length, sum(x), sum(y)];
      const sxy = sum(x.map((value, i) => value * y[i]!));
      const slope = (n * sxy - sx * sy) / (n * sum(x.map((value) => value * value)) - sx * sx);
      const intercept = (sy - slope * sx) / n;
      expect(bias.slope / slope).toBeCloseTo(1, 4);
      expect(bias.intercept / intercept).toBeCloseTo(1, 4);
      expect(log.join()).toContain(
        `slope ${bias.slope.toFixed(4)}, intercept ${bias.intercept.toFixed(4)} months`,
      );
      await withLoaded(modelFile, {}, async (model) => {
        expect(model.contract).toMatchObject({ biasSlope: bias.slope, biasIntercept: bias.intercept });
        expect(model.contract).toMatchObject({ normalise: "fixed", ageMeanMonths: 120, name: "test model" });
        for (const [i, cells] of (await csv("test")).entries()) {
          const { imagePath, sex } = rows[13 + i]!;
          const { ageMonths } = await predictImage(model, imagePath, { sex });
          const raw = Number(cells["y_hat-rot=0-no_flip"]);
          expect(ageMonths).toBeCloseTo(raw - (bias.slope * raw + bias.intercept), 2);
          const mean = Number(cells.y_hat);
          expect(Number(cells.y_hat_reg_tta)).toBeCloseTo(mean - (bias.slope * mean + bias.intercept), 2);
        }
      });
    },
  );

  describe("an implausible bias line is not written, and a warning and the table report it:", () => {
    const expectNone = async (modelFile: string, log: string[], why: RegExp) => {
      expect(log.join("\n")).toMatch(why);
      expect(log.at(-1)).toContain(
        "MAD_reg and MAD_reg_tta are with the bias correction that the model did not get",
      );
      await withLoaded(modelFile, {}, async ({ contract }) =>
        expect(contract).toMatchObject({ biasSlope: 0, biasIntercept: 0 }),
      );
    };

    test("fitted to a network that has not learnt ages", async () => {
      const { evaluate, modelFile, log } = await evaluatedRun("learns", GREYS_COUNT);
      const { bias, written } = await evaluate();
      expect(bias.slope).toBeGreaterThan(1);
      expect(written).toEqual({ slope: 0, intercept: 0 });
      await expectNone(
        modelFile,
        log,
        /gets no bias correction: a bias slope of 1\.23 multiplies bone ages by -0\.23/,
      );
    });

    test("no gain for validation", async () => {
      const { evaluate, modelFile, log, learnt } = await evaluatedRun("learns", GREYS_COUNT);
      const parts = await learnt();
      const rows = parts.val.rows.map((row) => ({
        ...row,
        boneAgeMonths: (row.boneAgeMonths - 4) / 0.92,
      }));
      await evaluate([], { parts: { ...parts, val: { rows } } });
      await expectNone(
        modelFile,
        log,
        /it does not improve validation: MAD [\d.]+ months with it, 0\.\d+ without/,
      );
    });

    test("fitted to few pictures", async () => {
      const { evaluate, modelFile, log, learnt } = await evaluatedRun("learns", GREYS_COUNT);
      const parts = await learnt();
      await evaluate([], { parts: { ...parts, train: { rows: parts.train.rows.slice(0, 5) } } });
      await expectNone(modelFile, log, /it was fitted to 5 picture\(s\); at least 8 are needed/);
    });
  });

  test("predictions that are all the same are not corrected", async () => {
    // Scaled to [0, 1], all pictures are one; and this network has neither a sex head nor a sex input.
    const { evaluate, log, csv } = await evaluatedRun("one-input", { biasSlope: 0.3 });
    const { bias, parts } = await evaluate(["--train_tta_rot"]);
    expect(bias).toEqual({ slope: 0, intercept: 0 });
    expect(parts.test).toMatchObject({ madReg: null, sexAccuracy: null });
    expect(log.join("\n")).toContain("no bias correction: the train predictions are all the same");
    expect(Object.keys((await csv("test"))[0]!)).not.toContain("y_hat_reg");
  });
});
