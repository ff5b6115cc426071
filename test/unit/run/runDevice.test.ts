import { describe, expect, test } from "vitest";
import { chooseDevice } from "../../../src/model/device.js";
import { native } from "../../../src/native.js";
import { deviceRequest, precisionOn, requireGpus } from "../../../src/run/runDevice.js";
import { configOf } from "../../helpers/trainConfig.js";

const none = { device: "auto", gpus: undefined, accelerator: undefined, devices: undefined };

test.each([
  [[], none],
  [["--trainer.gpus=0"], { ...none, gpus: "0" }],
  [["--trainer.gpus=[1]"], { ...none, gpus: "[1]" }],
  [["--device=cuda"], { ...none, device: "cuda" }],
  [["--trainer.accelerator=gpu", "--trainer.devices=1"], { ...none, accelerator: "gpu", devices: "1" }],
  [["--trainer.accelerator=cpu", "--trainer.gpus=0"], { ...none, accelerator: "cpu" }],
])("%s", async (argv, request) => {
  expect(deviceRequest((await configOf(...argv)).config)).toEqual(request);
});

test("16 bit, the default, is 32 on the CPU, where there is no other", async () => {
  const { config } = await configOf();
  expect([precisionOn("cpu", config), precisionOn("cuda:0", config)]).toEqual(["32", "16"]);
  expect(precisionOn("cpu", (await configOf("--trainer.precision=bf16")).config)).toBe("bf16");
});

describe.skipIf(
  native()
    .devices()
    .some(({ name }) => name.startsWith("cuda")),
)("GPUs that are not there", () => {
  test.each([
    ["--trainer.gpus=2"],
    ["--trainer.gpus=-1"],
    ["--trainer.gpus=[0]"],
    ["--trainer.accelerator=gpu"],
    ["--trainer.accelerator=cuda", "--trainer.devices=2"],
    ["--device=cuda:1"],
  ])("%s %s: an error, and no run on the CPU", async (...argv) => {
    const { config } = await configOf(...argv.filter(Boolean));
    const [setting = ""] = argv[0]!.slice(2).split("=");
    expect(() => requireGpus(config)).toThrow(
      expect.objectContaining({
        code: "ERR_DEEPLASIA_DEVICE",
        message: expect.stringMatching(`^${setting.replace(".", "\\.")} is .*, but`),
      }),
    );
  });

  test.each([
    [],
    ["--trainer.gpus=1"],
    ["--trainer.gpus=0"],
    ["--trainer.devices=2"],
    ["--device=cpu", "--trainer.devices=2"],
    ["--trainer.accelerator=auto"],
  ])("none are asked for: %s %s", async (...argv) => {
    const { config } = await configOf(...argv);
    expect(() => requireGpus(config)).not.toThrow();
  });

  test("two flags of predict that contradict each other are both named", () => {
    for (const [request, message] of [
      [{ device: "cpu", gpus: "1" }, '`device: "cpu"` contradicts `gpus: "1"`'],
      [{ gpus: "0", accelerator: "gpu" }, '`accelerator: "gpu"` contradicts `gpus: "0"`'],
      [{ device: "cuda", accelerator: "cpu" }, '`device: "cuda"` contradicts `accelerator: "cpu"`'],
    ] as const)
      expect(() => chooseDevice(request)).toThrow(message);
    expect(chooseDevice({ device: "cpu", gpus: "0", accelerator: "cpu" }).name).toBe("cpu");
    expect(() => chooseDevice({ gpus: "1" })).toThrow(/cuda:0 was requested, but/);
  });
});
