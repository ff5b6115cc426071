/** Settings of a network that are given beside a file with another one. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { initModel } from "../../../src/index.js";
import { openStart } from "../../../src/run/openStart.js";
import { configOf } from "../../helpers/trainConfig.js";

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "deeplasia-test-"));
  file = join(folder, "spread.safetensors");
  await initModel(file, {
    network: { kind: "expectation", backbone: "convnextv2-atto", expectation_months: 60 },
  });
});

afterAll(() => rm(folder, { recursive: true }));

const opened = async (...flags: string[]) => {
  const given = flags.map((flag) => flag.slice(2).split("=")[0]);
  const { config } = await configOf(`--model.init_from=${file}`, ...flags);
  await using start = await openStart(null, config, 1, (setting) => given.includes(setting));
  return start.text;
};

test.each([
  [
    ["--model.kind=expectation", "--model.backbone=convnextv2-tiny"],
    'backbone is "convnextv2-tiny", but "convnextv2-atto"',
  ],
  [["--model.kind=expectation", "--model.expectation_months=240"], "expectation_months is 240, but 60"],
  [["--model.kind=age"], 'kind is "age", but "expectation"'],
  [["--model.dense_layers=8"], "dense_layers is [8], but there is none"],
])("%j: the file has another network", async (flags, message) => {
  await expect(opened(...flags)).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_OPTION",
    message: `${file} has another network: model.${message} in the file`,
  });
});

test("the file's own network may be named", async () => {
  const text = await opened("--model.kind=expectation", "--model.backbone=convnextv2-atto");
  expect(text).toBe("convnextv2-atto of 2 planes, expectation over 60 bins");
});
