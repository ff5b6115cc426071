/** A run's pictures on scratch: each is read from its copy, with a cache and without, and the copies go in the end. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { silentLogger } from "../../../src/console/logger.js";
import { openPictures, type RunPicturesOptions } from "../../../src/run/openPictures.js";
import { halves } from "../../helpers/pictures.js";
import { temporaryFolder } from "../../helpers/temporary.js";

async function cohortOnDisk() {
  const folder = await temporaryFolder();
  const source = join(folder, "source");
  await mkdir(source);
  const scratch = await temporaryFolder();
  const files = ["a.png", "b.png", "mask.png"].map((name) => join(source, name));
  for (const [i, file] of files.entries()) await writeFile(file, await halves(40 + i));
  const part = (imagePath: string, maskPath: string | null) => ({
    rows: [{ imagePath, maskPath }],
    failed: [],
  });
  const parts = {
    train: part(files[0]!, files[2]!),
    val: part(files[1]!, null),
    test: { rows: [], failed: [] },
  };
  const open = (use_cache: boolean, where: string = scratch) =>
    openPictures({
      config: { scratch: where, data: { use_cache, cache_dir: null, cache_size: null, num_workers: 0 } },
      cohort: { parts, pack: null },
      logger: silentLogger,
      signal: new AbortController().signal,
    } as unknown as RunPicturesOptions);
  return { files, source, scratch, open };
}

it.each([false, true])("are read from their copies; with a cache: %s", async (useCache) => {
  const { files, source, scratch, open } = await cohortOnDisk();
  const pictures = await open(useCache);
  await rm(source, { recursive: true });
  for (const file of files) {
    const { picture, giveBack } = await pictures.read(file, "image");
    expect(picture.width).toBeGreaterThan(0);
    expect(picture.data[0]).toBeDefined();
    giveBack();
  }
  await pictures[Symbol.asyncDispose]();
  expect(await readdir(scratch)).toEqual([]);
});

it("stay where they are by default", async () => {
  const { files, source, scratch, open } = await cohortOnDisk();
  await using pictures = await open(false, "none");
  expect(await readdir(scratch)).toEqual([]);
  await rm(source, { recursive: true });
  await expect(pictures.read(files[0]!, "image")).rejects.toMatchObject({ file: files[0] });
});
