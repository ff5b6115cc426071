/** How a process exits: each case in a child process, because a crash at exit is visible only there. */
import { describe, expect, test } from "vitest";
import { runProgram } from "../helpers/program.js";
import { temporaryFolder } from "../helpers/temporary.js";

/** Runs a program several times, two at once, with `moment` in its text replaced by 0, 1, 2, … */
async function repeat(times: number, source: string) {
  const folder = await temporaryFolder();
  const results: Awaited<ReturnType<typeof runProgram>>[] = [];
  const moments = Array.from({ length: times }, (_, i) => i).values();
  const lane = async () => {
    for (const moment of moments)
      results.push(await runProgram(folder, source.replaceAll("MOMENT", String(moment))));
  };
  await Promise.all([lane(), lane()]);
  return results;
}

describe("a process exits", () => {
  test("by itself with status 0 and live models and batches", async () => {
    const [result] = await repeat(
      1,
      `
      const [model, batch] = [await load("mean-plus-sex"), native().createBatch(2, 8, 8)];
      await fill(batch, 0, picture(20), 8);
      console.log((await forward(model, 0.25)).age[0]);
      globalThis.kept = [model, batch];`,
    );
    expect(result).toEqual({ code: 0, signal: null, stdout: "0.75\n", stderr: "" });
  });

  test("only after the work in flight, if its promise is awaited", async () => {
    const [result] = await repeat(
      1,
      `forward(await load("slow"), 0.2).then(({ age }) => console.log(age[0].toFixed(1)));`,
    );
    expect(result).toEqual({ code: 0, signal: null, stdout: "0.7\n", stderr: "" });
  });

  // Without a guard a convolution crashed in most of these exits, with a guard registered too early in one of six.
  test("with the status of process.exit() during forwards", async () => {
    const results = await repeat(
      20,
      `
      const model = await load("three-channels");
      const x = new Float32Array(3 * 256 * 256);
      for (let i = 0; i < 200; i++) native().forward(model, x, [1, 3, 256, 256], Float32Array.of(1));
      setTimeout(() => process.exit(7), 4 * MOMENT);`,
    );
    for (const result of results) expect(result).toEqual({ code: 7, signal: null, stdout: "", stderr: "" });
  });

  test("with the status of process.exit() while a model loads", async () => {
    const results = await repeat(5, `load("slow"); setTimeout(() => process.exit(6), 2 * MOMENT);`);
    for (const result of results) expect(result).toEqual({ code: 6, signal: null, stdout: "", stderr: "" });
  });

  test("with the status of process.exit() while slots are filled", async () => {
    const results = await repeat(
      10,
      `
      native().setWorkers(2);
      const batch = native().createBatch(8, 512, 512);
      const large = picture(4000);
      for (let slot = 0; slot < 8; slot++) fill(batch, slot, large, 512);
      setTimeout(() => process.exit(5), 10 * MOMENT);`,
    );
    for (const result of results) expect(result).toEqual({ code: 5, signal: null, stdout: "", stderr: "" });
  });

  test("with 1 and the reason after an uncaught exception in flight", async () => {
    const results = await repeat(
      3,
      `
      const model = await load("slow");
      forward(model, 1);
      setTimeout(() => { throw new Error("nobody catches this"); }, 20 * MOMENT);`,
    );
    for (const { code, signal, stderr } of results) {
      expect({ code, signal }).toEqual({ code: 1, signal: null });
      expect(stderr).toContain("nobody catches this");
      expect(stderr).not.toMatch(/terminate called|FATAL/);
    }
  });

  test("with 1 after an unhandled rejection", async () => {
    const [result] = await repeat(1, `forward(await load("throws"), 1);`);
    expect(result).toMatchObject({ code: 1, signal: null });
    expect(result?.stderr).toContain("ERR_DEEPLASIA_MODEL_FORWARD");
  });
});

test("the event loop runs while forwards run", async () => {
  const [result] = await repeat(
    1,
    `
    const model = await load("slow");
    let ticks = 0;
    setInterval(() => ticks++, 5).unref();
    const seen = [];
    for (let i = 0; i < 50; i++) { await forward(model, 0.05); seen.push(ticks); }
    const all = Array.from({ length: 50 }, () => forward(model, 0.05));
    await Promise.all(all);
    console.log(seen.at(-1) > seen[0], ticks > seen.at(-1));`,
  );
  expect(result).toEqual({ code: 0, signal: null, stdout: "true true\n", stderr: "" });
});
