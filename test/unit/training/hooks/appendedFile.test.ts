import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { AppendedFile } from "../../../../src/training/hooks/appendedFile.js";
import { canMount, mountTmpfs } from "../../../helpers/disk.js";
import { temporaryFolder } from "../../../helpers/temporary.js";

it("resumes where a state was saved, whatever was appended after it", async () => {
  const path = join(await temporaryFolder(), "log");
  const first = new AppendedFile(path, 0);
  first.append("one\n");
  first.append(Buffer.from("zwö\n"));
  first.flush();
  const saved = first.bytes;
  first.append("after the state was saved\n");
  const second = new AppendedFile(path, saved);
  second.append("three\n");
  expect(second.bytes).toBe(saved + 6);
  expect(await readFile(path, "utf8")).toBe("one\nzwö\nthree\n");
});

it("starts anew over an old file, and keeps all of one that is shorter than it was", async () => {
  const path = join(await temporaryFolder(), "log");
  await writeFile(path, "short");
  const shorter = new AppendedFile(path, 100);
  expect(shorter.bytes).toBe(5);
  const anew = new AppendedFile(path, 0);
  anew.append("new");
  expect(await readFile(path, "utf8")).toBe("new");
});

it("names what is wrong with a place that cannot be written", async () => {
  const path = join(await temporaryFolder(), "nowhere/log");
  expect(() => new AppendedFile(path, 0)).toThrow(
    expect.objectContaining({ code: "ERR_DEEPLASIA_OUTPUT" }) as Error,
  );
});

it.skipIf(!canMount)("counts what is whole on a disk that is full (needs root)", async () => {
  const path = join(await mountTmpfs("size=8k"), "log");
  const file = new AppendedFile(path, 0);
  file.append("x".repeat(4000));
  expect(() => file.append("y".repeat(8000))).toThrow(/the disk .* is full/);
  expect(file.bytes).toBe(4000);
});
