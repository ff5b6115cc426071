import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DeeplasiaError } from "../../src/errors.js";
import { outputError } from "../../src/files/outputError.js";
import { pathKind } from "../../src/files/pathKind.js";
import { refuseInput } from "../../src/files/refuseInput.js";
import { renameDurably } from "../../src/files/renameDurably.js";
import { sha256OfFile } from "../../src/files/sha256OfFile.js";
import { writeBeside, writeFileAtomic } from "../../src/files/writeFileAtomic.js";
import { temporaryFolder } from "../helpers/temporary.js";

describe("writeFileAtomic", () => {
  it("replaces a file and leaves nothing beside it, also after an earlier kill", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "a.json");
    const left = `${file}.0123456789abcdef.tmp`;
    await writeFile(left, "left by a process that was killed long ago");
    await utimes(left, 1, 1);
    await writeFileAtomic(file, "one");
    await writeFileAtomic(file, new TextEncoder().encode("two"));
    expect(await readFile(file, "utf8")).toBe("two");
    expect(await readdir(folder)).toEqual(["a.json"]);
  });

  it("leaves the old file and nothing else where it fails", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "taken/inside"), { recursive: true });
    await expect(writeFileAtomic(join(folder, "taken"), "x")).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_OUTPUT",
    });
    expect(await pathKind(join(folder, "taken/inside"))).toBe("folder");
  });

  it("makes the folder", async () => {
    const file = join(await temporaryFolder(), "none/below", "a.json");
    await writeFileAtomic(file, "x");
    expect(await readFile(file, "utf8")).toBe("x");
  });

  it("writes through no link, whatever its name on the way is", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "a.json");
    await writeFile(join(folder, "victim"), "precious");
    await symlink("victim", `${file}.tmp`);
    await symlink("victim", file);
    const names: string[] = [];
    for (let i = 0; i < 2; i++)
      await writeBeside(file, async (temporary) => {
        names.push(temporary);
        await writeFile(temporary, "new");
      });
    expect(await readFile(join(folder, "victim"), "utf8")).toBe("precious");
    expect(await readFile(file, "utf8")).toBe("new");
    expect(names[0]).not.toBe(names[1]);
  });
});

it("renameDurably moves the content over an old file", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "new"), "new");
  await writeFile(join(folder, "old"), "old");
  await renameDurably(join(folder, "new"), join(folder, "old"));
  expect(await readdir(folder)).toEqual(["old"]);
  expect(await readFile(join(folder, "old"), "utf8")).toBe("new");
});

it("pathKind returns what a path is, through links", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "");
  await symlink("file", join(folder, "link"));
  await symlink("nowhere", join(folder, "broken"));
  const kinds = ["", "file", "link", "broken", "none", "file/below"];
  expect(await Promise.all(kinds.map((name) => pathKind(join(folder, name))))).toEqual([
    "folder",
    "file",
    "file",
    null,
    null,
    null,
  ]);
  expect(await pathKind("/dev/null")).toBe("other");
});

it("sha256OfFile is the hash of the bytes", async () => {
  const file = join(await temporaryFolder(), "file");
  const bytes = Buffer.alloc(200_001, "deeplasia");
  await writeFile(file, bytes);
  expect(await sha256OfFile(file)).toBe(createHash("sha256").update(bytes).digest("hex"));
});

describe("refuseInput", () => {
  it("knows an input by whatever path, and nothing else", async () => {
    const folder = await temporaryFolder();
    const [input, other] = [join(folder, "a.csv"), join(folder, "b.csv")];
    await writeFile(input, "a");
    await writeFile(other, "a");
    await symlink("a.csv", join(folder, "link.csv"));
    for (const output of [input, `${folder}/./a.csv`, join(folder, "link.csv")])
      await expect(refuseInput(output, [undefined, other, input])).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_OUTPUT",
        message: expect.stringContaining("is also an input"),
      });
    for (const output of [other, join(folder, "new.csv"), "-", "/dev/null"])
      await refuseInput(output, [input, "/dev/null", join(folder, "none.csv")]);
  });
});

describe("outputError", () => {
  const of = (code: string) =>
    outputError(Object.assign(new Error("system text"), { code }), "/data/out.csv");

  it.each([
    ["ENOSPC", /full/],
    ["EDQUOT", /quota/],
    ["EROFS", /read-only/],
    ["EACCES", /permission/],
    ["ENOENT", /no folder \/data/],
    ["ENOTDIR", /\/data is not a folder/],
    ["EISDIR", /is a folder/],
    ["EIO", /system text/],
  ])("%s is put in words, with path and remedy", (code, what) => {
    const error = of(code);
    expect(error.code).toBe("ERR_DEEPLASIA_OUTPUT");
    expect(error.message).toMatch(what);
    expect(error.message).toContain("/data/out.csv");
    expect(error.remedy).toMatch(/\w/);
  });

  it("adds what to do afterwards, and keeps an error that is explained already", () => {
    expect(outputError(new Error(), "/x", "Then resume.").remedy).toMatch(/ Then resume\.$/);
    const explained = new DeeplasiaError("ERR_DEEPLASIA_OPTION", "x");
    expect(outputError(explained, "/x")).toBe(explained);
  });
});

it("what native code could not write has the remedy that fits", async () => {
  const file = join(await temporaryFolder(), "model.pt");
  const write = async () => {
    const native = Object.assign(new Error("cannot write the model: No space left on device"), {
      code: "ERR_DEEPLASIA_OUTPUT",
    });
    throw native;
  };
  await expect(writeBeside(file, write)).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_OUTPUT",
    message: expect.stringMatching(/model\.pt: the disk .* is full/),
    remedy: expect.stringContaining("Free some space"),
  });
});
