import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { namedFile } from "../../../src/commands/namedFile.js";
import { publishedFiles } from "../../../src/commands/publishedFiles.js";
import { PUBLISHED_STEMS } from "../../../src/contract/published.js";
import { membersOf } from "../../../src/prediction/members.js";
import { memberNames } from "../../../src/predictionFiles/memberNames.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

const namesOf = (...files: string[]) => memberNames(files.map((file) => ({ file, name: null })));

describe("names", () => {
  it("are the stems of the files, in their order", () => {
    expect(namesOf("x/masked_effnet-b4.v2.ckpt", "/y/a.pt", "b")).toEqual(["masked_effnet-b4.v2", "a", "b"]);
  });

  it.each([
    [
      ["hands/version_0/ckp/best_model.pt", "hands/version_1/ckp/best_model.pt"],
      ["hands/version_0", "hands/version_1"],
    ],
    [
      ["/l/hands/version_0/ckp/last.pt", "/l/feet/version_0/ckp/last.pt"],
      ["hands/version_0", "feet/version_0"],
    ],
    [
      ["x/a.pt", "b.pt", "y/a.ckpt"],
      ["x", "b", "y"],
    ],
    [
      ["/r/fold0/out/model.pt", "/r/fold1/out/model.pt"],
      ["fold0", "fold1"],
    ],
    [
      ["/r/a/fold/m.pt", "/r/b/fold/m.pt", "/s/a/fold/m.pt"],
      ["r/a", "r/b", "s/a"],
    ],
    [
      ["x/a.pt", "x/a.ckpt"],
      ["a.pt", "a.ckpt"],
    ],
  ])("of equal stems are the run's, or the shortest part of the paths that differs: %j", (files, names) => {
    expect(namesOf(...files)).toEqual(names);
  });

  it("are those that were given; a path with = in it is a path where it exists", async () => {
    const folder = await writeTree(await temporaryFolder(), { "lr=1.pt": "" });
    const given = ["left=x/a.pt", "y/a.pt", join(folder, "lr=1.pt")];
    const files = await Promise.all(given.map(namedFile));
    expect(files.map(({ file }) => file)).toEqual(["x/a.pt", "y/a.pt", join(folder, "lr=1.pt")]);
    expect(memberNames(files)).toEqual(["left", "a", "lr=1"]);
  });

  it("must differ: both files are named, and what to do", () => {
    expect(() => namesOf("x/a.pt", "b.pt", "x/a.pt")).toThrowError(
      expect.objectContaining({
        code: "ERR_DEEPLASIA_USAGE",
        message: 'two members are named "a.pt": x/a.pt and x/a.pt',
        remedy: expect.stringMatching(/name=path/),
      }),
    );
  });

  it.each(["row", "image_ID", "ensemble_bone_age", "sex_predicted", "members"])(
    "cannot be that of the column %s",
    (name) => {
      expect(() => namesOf("a.pt", `${name}.pt`)).toThrow(new RegExp(`cannot be named "${name}"`));
    },
  );

  it("an ensemble of none is refused", () => expect(() => membersOf([])).toThrow(/needs a model/));
});

describe("the published ensemble", () => {
  const extensions = [".ckpt", ".pt", ".safetensors"];

  it("is found by its stems in the notebook's order, whatever else lies there", async () => {
    const [first, second, third] = PUBLISHED_STEMS;
    const folder = await writeTree(await temporaryFolder(), {
      [`${third}.ckpt`]: "",
      [`${first}.safetensors`]: "",
      [`${second}.pt`]: "",
      [`${second}.ckpt`]: "",
      "other.ckpt": "",
    });
    expect(await publishedFiles(folder, extensions)).toEqual([
      join(folder, `${first}.safetensors`),
      join(folder, `${second}.ckpt`),
      join(folder, `${third}.ckpt`),
    ]);
  });

  it("names those that are missing", async () => {
    const [first, ...others] = PUBLISHED_STEMS;
    const folder = await writeTree(await temporaryFolder(), { [`${first}.pt`]: "" });
    await expect(publishedFiles(folder, extensions)).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_USAGE",
      message: `${folder} lacks 2 of the 3 published members: ${others.join(", ")}`,
      remedy: expect.stringContaining(".ckpt or .pt"),
    });
    await expect(publishedFiles(join(folder, `${first}.pt`), extensions)).rejects.toThrow(/not a folder/);
  });
});
