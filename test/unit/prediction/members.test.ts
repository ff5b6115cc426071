import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PUBLISHED_STEMS } from "../../../src/contract/published.js";
import { memberNames, membersOf, publishedFiles } from "../../../src/prediction/members.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

describe("names", () => {
  it("are the stems of the files, in their order", () => {
    expect(memberNames(["x/masked_effnet-b4.v2.ckpt", "/y/a.pt", "b"])).toEqual([
      "masked_effnet-b4.v2",
      "a",
      "b",
    ]);
  });

  it("must differ: both files are named, and what to do", () => {
    expect(() => memberNames(["x/a.pt", "b.pt", "y/a.ckpt"])).toThrowError(
      expect.objectContaining({
        code: "ERR_DEEPLASIA_USAGE",
        message: 'two members are named "a": x/a.pt and y/a.ckpt',
        remedy: expect.stringMatching(/rename one/),
      }),
    );
  });

  it.each(["row", "image_ID", "ensemble_bone_age", "sex_predicted", "members"])(
    "cannot be that of the column %s",
    (name) => {
      expect(() => memberNames(["a.pt", `${name}.pt`])).toThrow(new RegExp(`cannot be named "${name}"`));
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

  it("says which are missing", async () => {
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
