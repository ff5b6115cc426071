/** The evaluation that ends a run, with rows that fail and with a signal. */
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { hyperParameterMetrics } from "../../src/run/evaluationTable.js";
import { evaluatedRun, GREYS_COUNT } from "../helpers/evaluatedRun.js";
import { rejection } from "../helpers/trainer.js";

describe("after training", () => {
  test("rows that fail are reported and left out; a part without any row is", async () => {
    const { evaluate, parts, failures, csv, predictions, log } = await evaluatedRun(
      "learns",
      GREYS_COUNT,
      [3, 11, 12],
    );
    const result = await evaluate([], { parts: { ...parts, test: { rows: [] } } });
    expect(failures.map(([{ row }, code]) => [row, code])).toEqual(
      [3, 11, 12].map((row) => [row, "ERR_DEEPLASIA_IMAGE_UNREADABLE"]),
    );
    expect(result.failed).toBe(3);
    expect(result.parts).toMatchObject({ train: { pictures: 8 }, val: { pictures: 2 } });
    expect(Object.keys(result.parts)).not.toContain("test");
    expect(hyperParameterMetrics(result.parts)["hp/test_mad"]).toBe(-1);
    expect((await csv("validation")).map((row) => row.filename)).toEqual(["10.png", "13.png"]);
    expect(await readdir(predictions)).toHaveLength(2);
    expect(log.join("\n")).toContain("3 rows could not be predicted");
  });

  test("strict: the first failed row ends it, and nothing is written", async () => {
    const { evaluate, predictions } = await evaluatedRun("learns", GREYS_COUNT, [11]);
    expect(await rejection(evaluate(["--strict"]))).toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_UNREADABLE",
      row: 11,
    });
    await expect(readdir(predictions)).rejects.toThrow("ENOENT");
  });

  test("stops at the signal, writes nothing, and leaves the model unchanged", async () => {
    const { evaluate, predictions, modelFile } = await evaluatedRun("learns", GREYS_COUNT);
    const before = await readFile(modelFile);
    const stop = new AbortController();
    const labels = new Set<string>();
    const progress = {
      update({ label, done }: { label?: string; done: number }) {
        labels.add(label!);
        if (label === "predicting test" && done === 2) stop.abort(new Error("enough"));
      },
      hide() {},
      finish() {},
    };
    const reason = await evaluate([], { signal: stop.signal, progress }).catch((error) => error);
    expect(reason).toBe(stop.signal.reason);
    expect([...labels]).toEqual(["predicting train", "predicting validation", "predicting test"]);
    await expect(readdir(predictions)).rejects.toThrow("ENOENT");
    expect(before.equals(await readFile(modelFile))).toBe(true);
  });
});
