import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readArguments } from "../../../src/options/argv.js";
import { contractOptions } from "../../../src/options/contract.js";
import { addOptions, flagName, readOptions } from "../../../src/options/flags.js";
import { predictOptions } from "../../../src/options/predict.js";
import { createProgram } from "../../../src/program.js";
import { projectRoot } from "../../helpers/testData.js";

const schema = z.strictObject({
  imgDir: z.string().default("here").meta({ description: "pictures", argument: "<folder>", reference: true }),
  batchSize: z.int().min(1).default(16).meta({ description: "pictures a forward", argument: "<n>" }),
  maskDirs: z.array(z.string()).default([]).meta({ description: "masks", argument: "<folders...>" }),
  flip: z.boolean().default(false).meta({ description: "mirror" }),
  needed: z.boolean().optional().meta({ description: "needed or not" }),
  size: z.tuple([z.int(), z.int()]).optional().meta({ description: "height, width", argument: "<H W>" }),
  fit: z.enum(["cut", "pad"]).optional().meta({ description: "fit" }),
});

function parse(...argv: string[]) {
  const command = new Command()
    .exitOverride()
    .argument("[pictures...]")
    .configureOutput({ writeErr() {} });
  addOptions(command, schema.shape, "Options:");
  command.parse(readArguments(argv, command).argv, { from: "user" });
  return { ...readOptions(schema, command.opts()), pictures: command.args };
}

describe("flags from a schema", () => {
  test("have the schema's defaults and types", () => {
    expect(parse()).toMatchObject({ imgDir: "here", batchSize: 16, maskDirs: [], flip: false });
    expect(parse("--batch-size", "4", "--size", "2", "3", "--fit=pad", "--needed", "false")).toMatchObject({
      batchSize: 4,
      size: [2, 3],
      fit: "pad",
      needed: false,
    });
  });

  test("are the same with - and _, after = too, but values are left alone", () => {
    for (const flag of ["--img_dir", "--img-dir"]) {
      expect(parse(flag, "a_b-c").imgDir).toBe("a_b-c");
      expect(parse(`${flag}=a_b-c`).imgDir).toBe("a_b-c");
    }
    expect(parse("--flip", "--", "--img-dir").pictures).toEqual(["--img-dir"]);
  });

  test("a switch does not swallow the picture that follows", () => {
    expect(parse("--flip", "hand.png")).toMatchObject({ flip: true, pictures: ["hand.png"] });
  });

  test("lists may be written as YAML writes them", () => {
    expect(parse("--mask-dirs", "a", "b").maskDirs).toEqual(["a", "b"]);
    expect(parse('--mask-dirs=["a","b c"]').maskDirs).toEqual(["a", "b c"]);
    expect(parse("--mask-dirs", "").maskDirs).toEqual([""]);
  });

  test("numbers may stand with commas between them, as the help shows lists; names keep theirs", () => {
    expect(parse("--size", "2,3").size).toEqual([2, 3]);
    expect(parse("--mask-dirs", "a,b").maskDirs).toEqual(["a,b"]);
    expect(() => parse("--size", "2,")).toThrowError(/--size 2,/);
  });

  test.each([
    [["--batch-size", "0"], /--batch-size 0/],
    [["--batch-size", "many"], /--batch-size many/],
    [["--batch-size", "2.5"], /--batch-size 2\.5/],
    [["--fit", "round"], /--fit round.*cut.*pad/],
    [["--size", "1"], /--size 1/],
    [["--needed", "maybe"], /--needed maybe/],
  ])("%s is refused by name", (argv, message) => {
    expect(() => parse(...argv)).toThrowError(
      expect.objectContaining({ code: "ERR_DEEPLASIA_OPTION", message: expect.stringMatching(message) }),
    );
  });
});

describe("predict", () => {
  test("has every flag of the reference's predict.py", async () => {
    const command = (await createProgram()).commands.find((child) => child.name() === "predict")!;
    const flags = command.options.map(({ long }) => long);
    const reference =
      "ckp_path backbone legacy_ckp annotation_csv split_csv split_column split_name img_dir mask_dirs input_size " +
      "image_norm_method mask_crop_size flip rotation_angle batch_size num_workers output_path store_activations gpus " +
      "precision accelerator devices limit_predict_batches enable_progress_bar max_epochs";
    for (const name of reference.split(" ")) expect(flags).toContain(`--${name}`);
  });

  test("explains every option", () => {
    for (const { shape } of [predictOptions, contractOptions]) {
      const command = new Command();
      addOptions(command, shape, "Options:");
      for (const option of command.options) expect(option.description, option.flags).not.toBe("");
      const names = Object.entries(shape).map(([key, option]) => flagName(key, option as z.ZodType));
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test("is documented as it is: docs/options.md is up to date", () => {
    execFileSync(process.execPath, [join(projectRoot, "scripts/docs.mjs"), "--check"], { stdio: "pipe" });
  });

  test("has types with its meanings and defaults: those of train and createTrainer are up to date", () => {
    const script = join(projectRoot, "scripts/option-types.mjs");
    execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" });
  });
});
