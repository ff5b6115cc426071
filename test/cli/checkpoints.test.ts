import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { canMount, mountTmpfs } from "../helpers/disk.js";
import { halves } from "../helpers/pictures.js";
import { readFloats, writeSafetensors } from "../helpers/safetensors.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { describeWithTestData, fixture, testData } from "../helpers/testData.js";

const AGES = ["--age-mean-months", "120", "--age-sd-months", "40"];
const SMALL = ["--input_size", "1", "64", "64", "--mask-needed", "false", ...AGES];

async function picture(folder: string): Promise<string> {
  const file = join(folder, "hand.png");
  await writeFile(file, await halves(200));
  return file;
}

/** Bone age of the picture by a model, as text. */
async function predicted(model: string, file: string, flags: string[] = []): Promise<string | undefined> {
  const { code, stdout, stderr } = await runCli([
    ...["predict", file, "--ckp_path", model, "--sex", "M", "--format", "csv", ...flags],
  ]);
  expect(stderr).not.toContain("error");
  expect(code).toBe(0);
  return csvRows(stdout)[0]?.pred_bone_age;
}

describe("init", () => {
  test("the same seed gives the same network, another seed another", async () => {
    const folder = await temporaryFolder();
    const make = async (name: string, seed: string) => {
      const out = join(folder, name);
      expect((await runCli(["init", "--out", out, "--seed", seed, ...SMALL])).code).toBe(0);
      return readFile(out);
    };
    const one = await make("one.safetensors", "7");
    expect((await make("two.safetensors", "7")).equals(one)).toBe(true);
    expect((await make("three.safetensors", "8")).equals(one)).toBe(false);
    expect((await readdir(folder)).sort()).toEqual([
      "one.safetensors",
      "three.safetensors",
      "two.safetensors",
    ]);
  });

  test("safetensors, converted, and TorchScript predict the same", async () => {
    const folder = await temporaryFolder();
    const hand = await picture(folder);
    const [plain, tensors, converted] = ["a.pt", "b.safetensors", "c.pt"].map((name) => join(folder, name));
    for (const out of [plain!, tensors!]) await runCli(["init", "--out", out, ...SMALL]);
    const { code, stderr } = await runCli(["convert", tensors!, converted!]);
    expect(stderr).toContain("efficientnet-b0, dense [256], sex input 32");
    expect(code).toBe(0);
    const ages = [
      await predicted(plain!, hand),
      await predicted(tensors!, hand),
      await predicted(converted!, hand),
    ];
    expect(Number.isFinite(Number(ages[0]))).toBe(true);
    expect(new Set(ages).size).toBe(1);
  });

  test("an unknown backbone is refused with those there are, and nothing is written", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "x.pt");
    const { code, stderr } = await runCli(["init", "--model.backbone=efficientnet-b9", "--out", out]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--model\.backbone "efficientnet-b9": .*efficientnet-b0.*inceptionv3/);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("convert", () => {
  let folder = "";
  let tensors = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "deeplasia-test-"));
    tensors = join(folder, "m.safetensors");
    await runCli(["init", "--out", tensors, ...SMALL]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("a Git LFS pointer in place of a checkpoint is named by every command that takes one", async () => {
    const here = await temporaryFolder();
    const pointer = join(here, "hand.ckpt");
    await writeFile(pointer, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 17000000\n");
    for (const args of [
      ["inspect", pointer],
      ["convert", pointer, "out.pt"],
      ["predict", "x.png", "--ckp_path", pointer, "--sex", "F"],
      ["init", "--from", pointer, "--out", "out.pt"],
      ["manifest", "write", pointer, "--out", "out.pt"],
    ]) {
      const { code, stderr } = await runCli(args, { cwd: here });
      expect(stderr, args[0]).toMatch(
        /hand\.ckpt: a Git LFS pointer, not a model or checkpoint\n.*git lfs pull/,
      );
      expect(stderr).not.toContain("TorchScript");
      expect(code).toBe(1);
    }
    expect(await readdir(here)).toEqual(["hand.ckpt"]);
  });

  test("does not write over a file without --overwrite", async () => {
    const out = join(folder, "there.pt");
    await writeFile(out, "mine");
    const refused = await runCli(["convert", tensors, out]);
    expect(refused.stderr).toMatch(/there\.pt exists already\n.*--overwrite/);
    expect(refused.code).toBe(1);
    expect(await readFile(out, "utf8")).toBe("mine");
    expect((await runCli(["convert", tensors, out, "--overwrite"])).code).toBe(0);
    expect((await readFile(out)).subarray(0, 2).toString()).toBe("PK");
  });

  test.skipIf(!canMount)("a full disk leaves no file, and an error that names it", async () => {
    const disk = await mountTmpfs("size=16k");
    const { code, stderr } = await runCli(["convert", tensors, join(disk, "x.pt")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot write .*x\.pt: the disk .* is full\n {2}Free some space/);
    expect(await readdir(disk)).toEqual([]);
  });

  test("under wrappers and without counts of batches it is the same network", async () => {
    const bytes = await readFile(tensors);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE(0))));
    const floats = await readFloats(tensors);
    const wrapped = join(folder, "wrapped.safetensors");
    await writeSafetensors(
      wrapped,
      [...floats].map(([name, values]) => ({
        name: `module._orig_mod.${name}`,
        shape: header[name].shape,
        values,
      })),
    );
    const out = join(folder, "unwrapped.safetensors");
    const { code, stderr } = await runCli(["convert", wrapped, out]);
    expect(stderr).toContain("efficientnet-b0, dense [256], sex input 32\n");
    expect(code).toBe(0);
    expect(await readFloats(out)).toEqual(floats);
  });

  test("a file that is TorchScript already is reported as such", async () => {
    const { stderr } = await runCli(["convert", fixture("models/mean-plus-sex.pt"), join(folder, "y.pt")]);
    expect(stderr).toMatch(/is a TorchScript model already\n.*manifest write/);
  });

  test.each([
    ["malicious_reduce.ckpt", "io.open"],
    ["malicious_plain_pickle.ckpt", "posix.system"],
  ])("%s is refused by the name of what it wants", async (name, wanted) => {
    const here = await temporaryFolder();
    for (const command of [
      ["convert", fixture(`parity/checkpoints/${name}`), "out.pt"],
      ["predict", "x.png", "--ckp_path", fixture(`parity/checkpoints/${name}`)],
      ["inspect", fixture(`parity/checkpoints/${name}`)],
    ]) {
      const { code, stderr } = await runCli(command, { cwd: here });
      expect(code).toBe(1);
      expect(stderr).toContain(`it asks for ${wanted}`);
    }
    expect(await readdir(here)).toEqual([]);
    expect(existsSync("PWNED")).toBe(false);
  });

  test("an incomplete network: a table of the missing tensors, without counts of batches, and no file", async () => {
    const here = await temporaryFolder();
    const { code, stderr } = await runCli(
      ["convert", fixture("parity/checkpoints/tagged_cuda.ckpt"), "out.pt"],
      {
        cwd: here,
      },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/does not fit efficientnet-b0, dense \[16\], sex input 32: 271 missing tensor/);
    expect(stderr).toMatch(/missing {5}backbone\.base\._blocks\.2\._expand_conv\.weight\n/);
    expect(stderr).toContain("… and 259 more");
    expect(await readdir(here)).toEqual([]);
  });

  test("inspect shows the content of such a checkpoint", async () => {
    const file = fixture("parity/checkpoints/tagged_cuda.ckpt");
    const { code, stdout, stderr } = await runCli(["inspect", file]);
    expect(stdout).toMatch(/checkpoint \(zip\), 52 tensors under state_dict: 46 float32, 6 int64\n.*epoch\n/);
    expect(stderr).toContain("does not fit");
    expect(code).toBe(1);
    expect(JSON.parse((await runCli(["inspect", file, "--json"])).stdout)).toMatchObject({
      checkpoint: { tensors: 52, hyperParameters: { backbone: "efficientnet-b0" } },
      problem: expect.stringContaining("271 missing"),
    });
  });

  test("truncated.pt is refused, naming the file", async () => {
    const { code, stderr } = await runCli(["convert", fixture("parity/checkpoints/truncated.pt"), "out.pt"]);
    expect(stderr).toMatch(/truncated\.pt: .*damaged or incomplete/);
    expect(code).toBe(1);
  });
});

const LIGHTNING = "parity/checkpoints/lightning_b0.ckpt";
const LEGACY = "parity/checkpoints/legacy/masked_effnet_super_shallow_fancy_aug.ckpt";

describeWithTestData("checkpoints of the reference", [LIGHTNING, LEGACY], () => {
  test.each([LIGHTNING, LEGACY])("%s predicts the same as it is and converted", async (checkpoint) => {
    const folder = await temporaryFolder();
    const hand = await picture(folder);
    const flags = ["--mask-needed", "false", "--input_size", "1", "96", "96"];
    const direct = await predicted(testData(checkpoint), hand, flags);
    for (const name of ["m.pt", "m.safetensors"]) {
      const out = join(folder, name);
      expect((await runCli(["convert", testData(checkpoint), out])).code).toBe(0);
      expect(await predicted(out, hand, flags)).toBe(direct);
    }
  });

  test("inspect prints the source of each value of a contract", async () => {
    const { contract, missing, network } = JSON.parse(
      (await runCli(["inspect", testData(LIGHTNING), "--json"])).stdout,
    );
    expect(network).toBe("efficientnet-b0, dense [16], sex input 32");
    expect(missing).toEqual([]);
    expect(contract.inputSize).toEqual({ value: [1, 64, 64], from: "checkpoint" });
    expect(contract.ageMeanMonths).toEqual({ value: 81.09302325581395, from: "checkpoint" });
    expect(contract.fit.from).toBe("the reference's networks");
  });

  test("data/parameters.yml in the working directory counts for a legacy checkpoint, as for the reference", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "data"));
    const yaml =
      "age_mean: 100\nage_sd: 50\nmasked_effnet_super_shallow_fancy_aug: {slope: 0.1, intercept: -1}\n";
    await writeFile(join(folder, "data/parameters.yml"), yaml);
    const { contract } = JSON.parse(
      (await runCli(["inspect", testData(LEGACY), "--json"], { cwd: folder })).stdout,
    );
    expect(contract.biasSlope).toEqual({ value: 0.1, from: "data/parameters.yml" });
    expect(contract.ageMeanMonths.value).toBe(100);
    expect(contract.inputSize.from).toBe("published table");
  });
});
