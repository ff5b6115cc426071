import { copyFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../helpers/cli.js";
import { halves } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

describe("inspect", () => {
  test("shows forward, size, and the source of each value of the contract", async () => {
    const { code, stdout } = await runCli(["inspect", fixture("models/mean-plus-sex.pt"), "--json"]);
    expect(code).toBe(0);
    const inspection = JSON.parse(stdout);
    // scale [1] and BatchNorm's weight and bias [1] each; running mean, running variance, number of batches.
    expect(inspection).toMatchObject({ parameters: 3, buffers: 3, inputs: 2, missing: [] });
    expect(inspection.forward).toMatch(/forward\(.*Tensor x, Tensor male\) -> Tensor/);
    expect(inspection.contract.ageMeanMonths).toEqual({
      value: 120,
      from: fixture("models/mean-plus-sex.json"),
    });
    expect(inspection.contract.biasSlope).toEqual({ value: 0, from: "default" });
  });

  test("names the missing fields", async () => {
    const { code, stdout } = await runCli(["inspect", fixture("models/no-contract.pt")]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/missing: inputSize, fit/);
  });
});

describe("manifest write", () => {
  test("puts a contract into a copy that predicts as the original does", async () => {
    const folder = await temporaryFolder();
    const model = join(folder, "plain.pt");
    await copyFile(fixture("models/no-contract.pt"), model);
    const out = join(folder, "with.pt");
    const manifest = [
      "--manifest",
      fixture("models/mean-plus-sex.json"),
      "--name",
      "mine",
      "--age-mean-months",
      "130",
    ];
    const written = await runCli(["manifest", "write", model, "--out", out, ...manifest]);
    expect(written).toMatchObject({ code: 0, stdout: "" });
    expect((await readdir(folder)).sort()).toEqual(["plain.pt", "with.pt"]);

    const { contract, missing } = JSON.parse((await runCli(["inspect", out, "--json"])).stdout);
    expect(missing).toEqual([]);
    expect(contract.name).toEqual({ value: "mine", from: "archive" });
    expect(contract.ageMeanMonths).toEqual({ value: 130, from: "archive" });

    const picture = join(folder, "hand.png");
    await writeFile(picture, await halves(200));
    const flags = ["--sex", "F", "--format", "csv"];
    const inside = await runCli(["predict", picture, "--ckp_path", out, ...flags]);
    const beside = await runCli([
      "predict",
      picture,
      "--ckp_path",
      model,
      ...manifest.slice(0, 2),
      ...manifest.slice(4),
      ...flags,
    ]);
    expect(inside.code).toBe(0);
    expect(inside.stdout).toBe(beside.stdout);
  });

  test("refuses a target that exists, unknown fields, and files that are no model", async () => {
    const folder = await temporaryFolder();
    const model = fixture("models/no-contract.pt");
    await writeFile(join(folder, "there.pt"), "");
    const exists = await runCli(["manifest", "write", model, "--out", join(folder, "there.pt")]);
    expect(exists).toMatchObject({ code: 1, stderr: expect.stringMatching(/there\.pt exists already/) });
    await writeFile(join(folder, "bad.json"), '{"fitt": "pad"}');
    const bad = await runCli([
      "manifest",
      "write",
      model,
      "--out",
      join(folder, "o.pt"),
      "--manifest",
      join(folder, "bad.json"),
    ]);
    expect(bad).toMatchObject({ code: 2, stderr: expect.stringMatching(/bad\.json.*'fitt'.*fit/) });
    await writeFile(join(folder, "text.pt"), "no model");
    const text = await runCli([
      "manifest",
      "write",
      join(folder, "text.pt"),
      "--out",
      join(folder, "o.pt"),
      "--fit",
      "pad",
    ]);
    expect(text).toMatchObject({ code: 1, stderr: expect.stringMatching(/text\.pt: a text, not a model/) });
    expect((await readdir(folder)).sort()).toEqual(["bad.json", "text.pt", "there.pt"]);
  });

  test("an implausible contract is written with a warning, marked by inspect, and warned of by predict", async () => {
    const folder = await temporaryFolder();
    const [out, picture] = [join(folder, "odd.pt"), join(folder, "hand.png")];
    await writeFile(picture, await halves(200));
    const model = fixture("models/mean-plus-sex.pt");
    const flags = ["--bias-slope", "-46", "--bias-intercept", "4700"];
    const written = await runCli(["manifest", "write", model, "--out", out, ...flags]);
    expect(written).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("warning: a bias slope of -46"),
    });
    const { stdout } = await runCli(["inspect", out]);
    expect(stdout).toMatch(/biasSlope +-46 {2}\(archive\) {2}<- implausible\n/);
    expect(stdout).toMatch(/implausible: a bias slope of -46 multiplies bone ages by 47/);
    const predicted = await runCli(["predict", picture, "--ckp_path", out, "--sex", "F"]);
    expect(predicted.code).toBe(0);
    expect(predicted.stderr.match(/odd\.pt: implausible contract: a bias slope of -46/g)).toHaveLength(1);
  });

  test("manifest fields explains every field with its flag", async () => {
    const { stdout } = await runCli(["manifest", "fields"]);
    for (const field of [
      "inputSize, --input_size",
      "normalise, --image_norm_method",
      "biasSlope, --bias-slope",
    ]) {
      expect(stdout).toContain(field);
    }
  });
});

describe("the program", () => {
  test("prints that it is not a medical device, suggests names for slips, and exits with 2 on wrong usage", async () => {
    const help = await runCli(["--help"]);
    expect(help).toMatchObject({ code: 0, stdout: expect.stringMatching(/Not a medical device/) });
    expect(await runCli(["predict", "--ckp-pth", "x"])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("--ckp_path"),
    });
    expect(await runCli(["predikt"])).toMatchObject({ code: 2, stderr: expect.stringContaining("predict") });
    expect(await runCli(["predict"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--ckp_path"),
    });
  });
});
