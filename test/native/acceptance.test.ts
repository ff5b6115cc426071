/** The checks of `doctor --benchmark` on the CPU: they pass on sound networks, and name the case of a damaged one. */
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { forward } from "../../src/acceptance/checks/forward.js";
import { halved } from "../../src/acceptance/checks/memory.js";
import { resume, training } from "../../src/acceptance/checks/training.js";
import type { Result } from "../../src/acceptance/finding.js";
import type { Machine, MachineCheck } from "../../src/acceptance/machine.js";
import { runChecks } from "../../src/acceptance/runChecks.js";
import { DeeplasiaError } from "../../src/errors.js";
import { BUNDLED_MODEL } from "../../src/model/bundled.js";
import { loadModel } from "../../src/model/loadModel.js";
import { type NetworkHandle, native } from "../../src/native.js";
import { writeSafetensors } from "../helpers/safetensors.js";
import { temporaryFolder } from "../helpers/temporary.js";

const machine = async (): Promise<Machine> => ({
  device: "cpu",
  isFull: false,
  steps: 2,
  folder: await temporaryFolder(),
});

async function firstOf(results: AsyncGenerator<Result>): Promise<Result> {
  for await (const result of results) return result;
  throw new Error("the check found nothing");
}

/** Replaces the kernels of the stem by others. */
async function wrongStem(network: NetworkHandle): Promise<void> {
  const name = native()
    .networkTensors(network)
    .find((tensor) => tensor.endsWith("_conv_stem.weight"))!;
  const file = join(await temporaryFolder(), "stem.safetensors");
  await writeSafetensors(file, [{ name, shape: [32, 1, 3, 3], values: new Float32Array(288).fill(0.1) }]);
  const { handle } = await native().readCheckpoint(file);
  await native().assignTensors(network, handle, [{ name, tensor: 0, sumChannels: false }], true);
  await native().dispose(handle);
}

test("the forward of the CPU equals itself", async () => {
  expect(await firstOf(forward(await machine()))).toMatchObject({
    what: "efficientnet-b0, 32",
    state: "passed",
  });
});

test("a network with a wrong stem fails, and the case is named", async () => {
  const broken = { ...(await machine()), spoil: wrongStem };
  expect(await firstOf(forward(broken))).toMatchObject({ what: "efficientnet-b0, 32", state: "failed" });
  expect(await firstOf(training(broken))).toMatchObject({ what: "2 steps, 32", state: "failed" });
});

test("a resumed training has the same losses", async () => {
  expect(await firstOf(resume(await machine()))).toMatchObject({ state: "passed" });
});

/** Calls `body` while a forward of more than so many pictures is out of memory. */
async function withRoomFor<T>(most: number, body: (sizes: number[]) => Promise<T>): Promise<T> {
  const real = native().predict;
  const sizes: number[] = [];
  const spy = vi.spyOn(native(), "predict").mockImplementation((model, batch, slots, ...rest) => {
    sizes.push(slots.length);
    if (slots.length > most)
      return Promise.reject(new DeeplasiaError("ERR_DEEPLASIA_OUT_OF_MEMORY", "no room"));
    return real(model, batch, slots, ...rest);
  });
  try {
    return await body(sizes);
  } finally {
    spy.mockRestore();
  }
}

test("a batch that is too large is halved until it fits, and has the same outputs", async () => {
  await withRoomFor(2, async (sizes) => {
    // So much memory is room for fewer than 5 pictures of the bundled model.
    const finding = await halved(await machine(), 4 * (await bytesOfBundled()));
    expect(finding).toMatchObject({ what: "halved until it fits", state: "passed" });
    expect(sizes).toEqual([2, 5, 3, 2, 1, 2]);
  });
});

test("a batch that fits where it should not fails the check", async () => {
  expect(await halved(await machine(), 1)).toMatchObject({
    state: "failed",
    found: expect.stringMatching(/^1 pictures fitted/),
  });
});

async function bytesOfBundled(): Promise<number> {
  const model = await loadModel(BUNDLED_MODEL, { device: "cpu" });
  await model.dispose();
  return model.bytesPerPicture;
}

test("a check that throws fails, and the next one runs", async () => {
  const checks: MachineCheck[] = [
    {
      name: "first",
      // biome-ignore lint/correctness/useYield: it throws before
      run: async function* () {
        throw new Error("no such kernel");
      },
    },
    {
      name: "second",
      run: async function* () {
        yield { what: "case", state: "measured" as const, found: "1" };
      },
    },
  ];
  const findings = [];
  for await (const finding of runChecks(await machine(), checks)) findings.push(finding);
  expect(findings.map(({ check, state, found }) => [check, state, found])).toEqual([
    ["first", "failed", "no such kernel"],
    ["second", "measured", "1"],
  ]);
});
