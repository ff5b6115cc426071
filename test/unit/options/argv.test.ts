import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { parseCommand } from "../../../src/commands/parseCommand.js";
import { readArguments } from "../../../src/options/argv.js";
import { createProgram } from "../../../src/program.js";
import { configOf } from "../../helpers/trainConfig.js";

const refusal = async (...argv: string[]) => {
  try {
    await parseCommand(await createProgram(), argv);
  } catch (error) {
    const { code, message, remedy } = error as { code: string; message: string; remedy: string };
    expect(code).toBe("ERR_DEEPLASIA_USAGE");
    return `${message} | ${remedy}`;
  }
  throw new Error("nothing was refused");
};

describe("an unknown flag is refused with the one that was likely meant", () => {
  test.each([
    ["train --model.backbon=efficientnet-b0", "--model.backbone"],
    ["train --model.backbon efficientnet-b0", "--model.backbone"],
    ["train --backbone=efficientnet-b0", "--model.backbone"],
    ["train --trainer-max-epoch=3", "--trainer.max_epochs"],
    ["train --lr=1", "--optimizer.lr"],
    ["train --seed=1", "--seed_everything"],
    ["predict --output=x", "--output_path"],
    ["predict --ckp_pth=x", "--ckp_path"],
    ["predict --IMGDIR=x", "--img_dir"],
    ["predict -ckp_path=x", "--ckp_path"],
    ["predict -M=x", "-m"],
    ["init --out a.pt --model.dropoutp=0.1", "--model.dropout_p"],
    ["cohort check a.csv --img_dr=x", "--img_dir"],
    ["cohort import rsna a --exclud=x", "--exclude"],
    ["slurm logs here --lins=3", "--lines"],
    ["libtorch install --form=x", "--from"],
  ])("%s", async (line, meant) => {
    const said = await refusal(...line.split(" "));
    expect(said).toMatch(/^unknown option --?\S+ \((there is|the nearest is) /);
    expect(said.split("|")[0]).toMatch(new RegExp(`[ "]${meant}["\\)]`));
    expect(said).toMatch(/--help` lists the options/);
  });

  test("all that a part of a name may mean", async () => {
    expect(await refusal("train", "--data.batch_size=8")).toContain(
      'the nearest are "--data.train_batch_size", "--data.test_batch_size"',
    );
  });

  test("in each command, whatever follows the =", async () => {
    const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
    const pathOf = (command: Command): string[] =>
      command.parent === null ? [] : [...pathOf(command.parent), command.name()];
    for (const command of all(await createProgram())) {
      // What follows `slurm submit` is sbatch's, or a command of its own.
      if (command.commands.length > 0 || ["submit", "doctor"].includes(command.name())) continue;
      for (const { long, hidden } of command.options.filter((_, i) => i % 7 === 0)) {
        if (hidden || long === undefined || long.length < 6) continue;
        const said = await refusal(...pathOf(command), `${long}q=a=b`);
        expect(said, pathOf(command).join(" ")).toMatch(/^unknown option --\S+ \((there is|the nearest) /);
      }
    }
  });

  test("and what has no likeness without a guess", async () => {
    expect(await refusal("predict", "--zzzzzzzzzz=1")).toMatch(/^unknown option --zzzzzzzzzz \|/);
    expect(await refusal("predict", "-x=1")).toMatch(/^unknown option -x \|/);
  });
});

describe("arguments", () => {
  const command = () =>
    new Command()
      .exitOverride()
      .argument("[files...]")
      .option("-m, --mask_dirs <folders...>")
      .option("-o, --out <file>")
      .option("-f, --flip")
      .option("--config <files...>", "", (file: string, files: string[] = []) => [...files, file]);
  const parsed = (...argv: string[]) => {
    const reading = readArguments(argv, command());
    const read = command().parse(reading.argv, { from: "user" });
    return { ...read.opts(), args: read.args, repeated: reading.repeated };
  };

  test("of a list that is given several times the last one counts, with a note", () => {
    for (const argv of [
      ["--mask_dirs", "a", "b", "--mask-dirs", "c", "d"],
      ["-m", "a", "--out", "x", "-m", "c", "d", "--flip"],
      ["--mask_dirs=a", "--flip", "--mask-dirs", "c", "d"],
    ]) {
      const { mask_dirs, repeated } = parsed(...argv) as unknown as Record<string, unknown>;
      expect([mask_dirs, repeated], argv.join(" ")).toEqual([["c", "d"], ["--mask_dirs"]]);
    }
    expect(parsed("-m", "a", "--mask_dirs", "-1", "b")).toMatchObject({ mask_dirs: ["-1", "b"] });
  });

  test("config files lie over each other, and other flags and words keep their places", () => {
    expect(parsed("p", "--config", "a", "b", "-f", "--config=c")).toMatchObject({
      config: ["a", "b", "c"],
      flip: true,
      args: ["p"],
      repeated: [],
    });
    expect(parsed("--out=--mask_dirs", "-m", "c", "--", "-m", "d")).toEqual({
      out: "--mask_dirs",
      mask_dirs: ["c"],
      args: ["-m", "d"],
      repeated: [],
    });
  });

  test("a flag is no value of another one", () => {
    for (const argv of [
      ["--out", "-m", "a"],
      ["-o", "--config=a"],
      ["--config", "--flip"],
      ["-m", "-o=x"],
    ])
      expect(() => parsed(...argv)).toThrow(
        expect.objectContaining({
          code: "ERR_DEEPLASIA_USAGE",
          message: `${argv[0]} needs a value, but ${argv[1]!.replace("-o=x", "-ox")} follows it`,
        }),
      );
    expect(parsed("-o", "-1", "-m", "-x")).toMatchObject({ out: "-1", mask_dirs: ["-x"] });
  });

  test("a short flag may have = before its value, as in Python", () => {
    expect(parsed("-o=a=b", "-m=x", "p")).toMatchObject({ out: "a=b", mask_dirs: ["x"], args: ["p"] });
    expect(parsed("-o=")).toMatchObject({ out: "" });
  });

  test("of training's lists, too", async () => {
    const { config } = await configOf("--data.mask_dirs", "a", "b", "--data.mask_dirs=c");
    expect(config.data.mask_dirs).toEqual(["c"]);
    const sizes = ["--data.input_size", "1", "64", "64", "--data.input_size", "3", "32", "32"];
    expect((await configOf(...sizes)).config.data.input_size).toEqual([3, 32, 32]);
  });
});
