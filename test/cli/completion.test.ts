import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../src/program.js";
import { runCli } from "../helpers/cli.js";
import { completions, isInstalled, SHELLS } from "../helpers/completion.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";

const FILES = { "hand.png": "", "my hand.png": "", "model.pt": "", "masks/a.png": "" };

describe.each(SHELLS)("in %s", (shell) => {
  const offered = async (line: string) =>
    completions(shell, await writeTree(await temporaryFolder(), FILES), line);
  const it = test.skipIf(!isInstalled(shell));

  it("commands are offered, and those below them", async () => {
    expect(await offered("deeplasia-native p")).toEqual(["pack", "phantom", "predict"]);
    expect(await offered("deeplasia-native cohort ")).toEqual(["check", "help", "import", "split"]);
    expect(await offered("deeplasia-native cohort import r")).toEqual(["rsna"]);
    expect(await offered("deeplasia-native completion ")).toEqual(["bash", "fish", "zsh"]);
    expect(await offered("deeplasia-native help doc")).toEqual(["doctor"]);
  });

  it("flags are those of the command", async () => {
    expect(await offered("deeplasia-native predict --sex")).toEqual([
      "--sex",
      "--sex-encoding",
      "--sex-from",
      "--sex-plane",
    ]);
    expect(await offered("deeplasia-native train --trainer.max_")).toEqual([
      "--trainer.max_epochs",
      "--trainer.max_steps",
      "--trainer.max_time",
    ]);
    expect(await offered("deeplasia-native doctor --js")).toEqual(["--json"]);
    expect(await offered("deeplasia-native doctor --mask")).toEqual([]);
  });

  it("offers the values of a flag that has a choice, with a blank and with =", async () => {
    expect(await offered("deeplasia-native predict --format ")).toEqual(["csv", "jsonl"]);
    expect(await offered("deeplasia-native predict --format=")).toEqual(["csv", "jsonl"]);
    expect(await offered("deeplasia-native predict --format=j")).toEqual(["jsonl"]);
    expect(await offered("deeplasia-native train --model.backbone inc")).toEqual(["inceptionv3"]);
  });

  it("offers paths: files, and only folders if a folder is expected", async () => {
    expect(await offered("deeplasia-native predict han")).toEqual(["hand.png"]);
    expect(await offered("deeplasia-native predict hand.png --ckp_path mod")).toEqual(["model.pt"]);
    expect(await offered("deeplasia-native predict --ckp_path=mod")).toEqual(["model.pt"]);
    expect(await offered("deeplasia-native predict --mask_dirs m")).toEqual(["masks"]);
    expect(await offered("deeplasia-native predict --batch_size ")).toEqual([]);
  });

  it("the command of a job is completed as it is by itself", async () => {
    expect(await offered("deeplasia-native slurm submit --time=1:00:00 ph")).toEqual(["phantom"]);
    expect(await offered("deeplasia-native slurm submit --time=1:00:00 predict --form")).toEqual([
      "--format",
    ]);
  });
});

test.skipIf(!isInstalled("bash"))(
  "in bash - and _ are the same, and a list goes on to the next flag",
  async () => {
    const folder = await writeTree(await temporaryFolder(), FILES);
    const offered = (line: string) => completions("bash", folder, `deeplasia-native ${line}`);
    expect(offered("predict --mask-d")).toEqual(["--mask_dirs"]);
    expect(offered("predict --mask-dirs masks m")).toEqual(["masks"]);
    expect(offered("predict --mask_dirs masks --format cs")).toEqual(["csv"]);
    expect(offered("predict --format csv m")).toEqual(["masks", "model.pt", "my hand.png"]);
  },
);

test.each(SHELLS)(
  "the script for %s holds every flag that help shows, and no other shell is known",
  async (shell) => {
    const { code, stdout } = await runCli(["completion", shell]);
    expect(code).toBe(0);
    const flags = (command: Command): string[] => [
      ...command.options.flatMap(({ hidden, long }) => (hidden ? [] : [long!.slice(2)])),
      ...command.commands.flatMap((child) => flags(child)),
    ];
    expect(flags(await createProgram()).filter((flag) => !stdout.includes(flag))).toEqual([]);
    expect((await runCli(["completion", "tcsh"])).code).toBe(2);
  },
);
