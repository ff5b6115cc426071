/** Pictures copied to scratch: nothing but the time may depend on the copies. */
import { readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scratchOf } from "../../../src/staging/scratch.js";
import { stage } from "../../../src/staging/staging.js";
import { canMount, mountTmpfs } from "../../helpers/disk.js";
import { halves } from "../../helpers/pictures.js";
import { temporaryFolder } from "../../helpers/temporary.js";

const MINE = `deeplasia-${process.getuid?.()}`;

/** Makes three pictures, one that is named twice and one that is missing, and a scratch folder. */
async function pictures(scratch?: string) {
  const folder = await temporaryFolder();
  const names = ["a.png", "b.png", "c.png"].map((name) => join(folder, name));
  for (const [i, name] of names.entries()) await writeFile(name, await halves(50 + i));
  const given = [...names, names[0]!, join(folder, "none.png")];
  const warnings: string[] = [];
  const told = (text: string) => warnings.push(text);
  const where = scratch ?? (await temporaryFolder());
  const options = {
    files: async function* () {
      yield* given;
    },
    workers: 4,
    logger: { info() {}, warn: told, error: told },
  };
  return { names, scratch: where, warnings, options };
}

const copiesIn = async (scratch: string) =>
  (await readdir(join(scratch, MINE))).filter((name) => /^[0-9a-f]{64}$/.test(name));

describe("scratchOf", () => {
  it("returns the given folder, or $TMPDIR in a job", () => {
    const env = { TMPDIR: "/local" };
    expect(scratchOf("/s", env)).toEqual({ folder: "/s", asked: true });
    expect(scratchOf("auto", env)).toBeNull();
    expect(scratchOf("auto", { ...env, SLURM_JOB_ID: "7" })).toEqual({ folder: "/local", asked: false });
    expect(scratchOf("auto", { SLURM_JOB_ID: "7" })).toBeNull();
    expect(scratchOf("none", { ...env, SLURM_JOB_ID: "7" })).toBeNull();
    expect(scratchOf(undefined, { ...env, SLURM_JOB_ID: "7" })).toBeNull();
  });
});

describe("stage", () => {
  it("copies each file once, reads the copies, and removes them", async () => {
    const { names, scratch, options } = await pictures();
    const asked = { folder: scratch, asked: true };
    const staged = (await stage({ scratch: asked, ...options }))!;
    expect(await copiesIn(scratch)).toHaveLength(3);
    await rm(names[0]!);
    expect((await staged.read(names[0]!, "image")).picture).toMatchObject({ width: 40 });
    await staged[Symbol.asyncDispose]();
    expect(await readdir(scratch)).toEqual([]);
  });

  it("reads files whose copy is missing or damaged from their source, and names the source in errors", async () => {
    const { names, scratch, options } = await pictures();
    const staged = (await stage({ scratch: { folder: scratch, asked: true }, ...options }))!;
    const [first = "", second = ""] = await copiesIn(scratch);
    await writeFile(join(scratch, MINE, first), "damaged");
    await rm(join(scratch, MINE, second));
    for (const name of names) expect((await staged.read(name, "image")).picture.width).toBe(40);
    const none = names[0]!.replace("a.png", "none.png");
    await expect(staged.read(none, "image")).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_MISSING",
      file: none,
    });
    await staged[Symbol.asyncDispose]();
  });

  it("keeps copies for other running processes, and copies again only what has changed", async () => {
    const { names, scratch, options } = await pictures();
    const other = join(scratch, MINE, "user-1-0");
    const asked = { folder: scratch, asked: true };
    const first = (await stage({ scratch: asked, ...options }))!;
    // Process 1 is always alive.
    const start = (await readFile("/proc/1/stat", "utf8")).split(") ")[1]!.split(" ")[19]!;
    await symlink(`1-${start}`, join(scratch, MINE, `user-1-${start}`));
    await symlink("999999999-1", other);
    await first[Symbol.asyncDispose]();
    const copies = await copiesIn(scratch);
    expect(copies).toHaveLength(3);
    for (const copy of copies) await writeFile(join(scratch, MINE, copy), "mark", { flag: "r+" });
    for (const copy of copies) await utimes(join(scratch, MINE, copy), 5, 5);
    for (const name of names.slice(1)) await utimes(name, 5, 5);
    const second = (await stage({ scratch: asked, ...options }))!;
    const texts = await Promise.all(
      copies.map(async (copy) => (await readFile(join(scratch, MINE, copy), "latin1")).slice(0, 4)),
    );
    expect(texts.filter((text) => text === "mark")).toHaveLength(2);
    await rm(join(scratch, MINE, `user-1-${start}`));
    await second[Symbol.asyncDispose]();
    expect(await readdir(scratch)).toEqual([]);
  });

  it("throws if an option named a scratch folder that does not exist, and warns for $TMPDIR", async () => {
    const { options, warnings } = await pictures();
    await expect(stage({ scratch: { folder: "/nowhere/at/all", asked: true }, ...options })).rejects.toThrow(
      "cannot write /nowhere/at/all",
    );
    expect(await stage({ scratch: { folder: "/nowhere/at/all", asked: false }, ...options })).toBeNull();
    expect(warnings).toEqual([expect.stringMatching(/read without a copy.*\/nowhere\/at\/all/)]);
  });

  it("copies nothing to a $TMPDIR on the pictures' file system", async () => {
    const { scratch, options, warnings } = await pictures();
    expect(await stage({ scratch: { folder: scratch, asked: false }, ...options })).toBeNull();
    expect(await readdir(scratch)).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it.skipIf(!canMount)(
    "reports how much space is needed and free on a full scratch folder, and leaves nothing there",
    async () => {
      const { scratch, options } = await pictures(await mountTmpfs("size=64k"));
      await expect(stage({ scratch: { folder: scratch, asked: true }, ...options })).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_OUTPUT",
        message: expect.stringMatching(/they need 1 MB, and 0 MB are free/),
        remedy: expect.stringContaining('`scratch: "none"`'),
      });
      expect(await readdir(scratch)).toEqual([]);
    },
  );
});
