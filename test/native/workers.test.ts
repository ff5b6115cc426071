/** worker_threads: several environments over one libtorch, in child processes. */
import { describe, expect, test } from "vitest";
import { runProgram } from "../helpers/program.js";
import { temporaryFolder } from "../helpers/temporary.js";

/** Runs a program that must succeed and print JSON. */
async function printed(source: string): Promise<unknown> {
  const { code, signal, stdout, stderr } = await runProgram(await temporaryFolder(), source);
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
  return JSON.parse(stdout);
}

/** The whole computation of one environment. */
const WORK = `
async function work() {
  const [model, batch] = [await load("three-channels"), native().createBatch(2, 64, 64)];
  await Promise.all([fill(batch, 0, picture(300), 64), fill(batch, 1, picture(333), 64)]);
  const zscore = { method: "zscore", mean: [], sd: [] };
  const { age } = await native().predict(model, batch, Int32Array.of(0, 1), 3, zscore, Float32Array.of(1, 0));
  const failed = await forward(await load("throws"), 0).catch((error) => [error instanceof Error, error.code]);
  return [...age, ...failed];
}
`;
const FAILED = [true, "ERR_DEEPLASIA_MODEL_FORWARD"];

describe("workers", () => {
  test("three at once and a later one compute what the main thread does", async () => {
    const results = (await printed(`${WORK}
      if (isMainThread) {
        const three = await Promise.all([1, 2, 3].map(() => startWorker()));
        const later = await startWorker();
        console.log(JSON.stringify([...[...three, later].map(({ message }) => message), await work()]));
      } else parentPort.postMessage(await work());`)) as unknown[][];
    expect(results).toHaveLength(5);
    expect(results[0]?.slice(2)).toEqual(FAILED);
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test("may be the only ones that load the addon", async () => {
    const results = await printed(`${WORK}
      if (isMainThread) console.log(JSON.stringify([(await startWorker()).message, (await startWorker()).message]));
      else parentPort.postMessage(await work());`);
    expect(results).toEqual([expect.arrayContaining(FAILED), expect.arrayContaining(FAILED)]);
  });

  test("a handle cannot be sent to another thread", async () => {
    const message = await printed(`
      const batch = native().createBatch(1, 8, 8);
      try { structuredClone(batch); } catch (error) { console.log(JSON.stringify(error.name)); }`);
    expect(message).toBe("DataCloneError");
  });
});

/** Main: ten workers, each ended in the way given at another moment, then work of its own. */
const ending = (end: string, inFlight: string) => `${WORK}
  if (isMainThread) {
    const codes = [];
    for (let moment = 0; moment < 10; moment++) {
      const { worker } = await startWorker(moment);
      const exited = new Promise((resolve) => worker.once("exit", resolve));
      worker.on("error", () => {});
      ${end}
      codes.push(await exited);
    }
    console.log(JSON.stringify([codes, (await work()).slice(2)]));
  } else {
    ${inFlight}
    parentPort.postMessage("started");
  }`;
const FORWARDS = `const model = await load("slow"); for (let i = 0; i < 3; i++) forward(model, 0.3);`;
const FILLS = `native().setWorkers(2);
  const [batch, large] = [native().createBatch(8, 256, 256), picture(3000)];
  for (let slot = 0; slot < 8; slot++) fill(batch, slot, large, 256);`;
const TERMINATE = "await sleep(5 * moment); await worker.terminate();";
const TELL = `await sleep(5 * moment); worker.postMessage("end");`;

describe("a worker that ends with work in flight leaves the main thread well", () => {
  const ten = (code: number) => [Array(10).fill(code), FAILED];

  test("terminated during a forward", async () => {
    expect(await printed(ending(TERMINATE, FORWARDS))).toEqual(ten(1));
  });

  test("terminated while slots are filled", async () => {
    expect(await printed(ending(TERMINATE, FILLS))).toEqual(ten(1));
  });

  test("terminated while models load and are disposed of", async () => {
    const loading = `setInterval(async () => native().dispose(await load("tuple-age-sex")), 0);`;
    expect(await printed(ending(TERMINATE, loading))).toEqual(ten(1));
  });

  test("terminated while every call fails", async () => {
    const failing = `const wrong = () => {
        for (let i = 0; i < 1000; i++) try { native().dispose({}); } catch {}
        setImmediate(wrong);
      };
      wrong();`;
    expect(await printed(ending(TERMINATE, failing))).toEqual(ten(1));
  });

  test("by its own process.exit()", async () => {
    expect(
      await printed(ending(TELL, `${FORWARDS} parentPort.once("message", () => process.exit(4));`)),
    ).toEqual(ten(4));
  });

  test("by an exception", async () => {
    const thrown = `${FILLS} parentPort.once("message", () => { throw new Error("the worker's own"); });`;
    expect(await printed(ending(TELL, thrown))).toEqual(ten(1));
  });
});

test("process.exit() of the main thread while a worker's forward runs", async () => {
  const folder = await temporaryFolder();
  for (let moment = 0; moment < 5; moment++) {
    const result = await runProgram(
      folder,
      `
      if (isMainThread) { await startWorker(); setTimeout(() => process.exit(9), 10 * ${moment}); }
      else { forward(await load("slow"), 1); parentPort.postMessage("started"); }`,
    );
    expect(result).toEqual({ code: 9, signal: null, stdout: "", stderr: "" });
  }
});
