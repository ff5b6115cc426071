import { expect, test } from "vitest";
import { deviceRequest, precisionOn } from "../../../src/training/device.js";
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
