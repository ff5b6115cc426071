import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { recordProcess } from "../../../src/run/recordProcess.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

const facts = { seed: 42, device: "cpu (asked for)", libtorch: "2.13.0", rows: "digest", resumedFrom: null };

function workIn(folder: string): void {
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
}

const read = async (file: string) => JSON.parse(await readFile(file, "utf8"));

it("records how a run was made, and adds a record for each process that resumes it", async () => {
  const folder = await writeTree(await temporaryFolder(), { "a.csv": "rows", "s.csv": "splits" });
  workIn(folder);
  const file = join(folder, "provenance.json");
  const files = { annotations: "a.csv", split: "s.csv" };
  await recordProcess(file, { ...facts, files });
  await recordProcess(file, { ...facts, files, resumedFrom: "last.state" });
  const sha256 = createHash("sha256").update("rows").digest("hex");
  const [first, second] = await read(file);
  expect(first).toMatchObject({
    seed: 42,
    rows: "digest",
    command: process.argv,
    folder: process.cwd(),
    node: process.version,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    files: { annotations: { path: "a.csv", sha256 } },
    git: null,
    resumedFrom: null,
  });
  expect(second).toMatchObject({ resumedFrom: "last.state" });
});

it("names the commit, and whether the working copy differs from it", async () => {
  const folder = await writeTree(await temporaryFolder(), { script: "1" });
  workIn(folder);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], {
      encoding: "utf8",
    }).trim();
  git("init", "-q");
  git("add", "script");
  git("commit", "-qm", "first");
  const file = join(folder, "provenance.json");
  await recordProcess(file, { ...facts, files: {} });
  await writeFile(join(folder, "script"), "2");
  await recordProcess(file, { ...facts, files: {} });
  const commit = git("rev-parse", "HEAD");
  expect((await read(file)).map(({ git }: { git: unknown }) => git)).toEqual([
    { commit, changed: false },
    { commit, changed: true },
  ]);
});

it("starts anew over a file that is damaged", async () => {
  const folder = await writeTree(await temporaryFolder(), { "provenance.json": "[{" });
  await recordProcess(join(folder, "provenance.json"), { ...facts, files: {} });
  expect(await read(join(folder, "provenance.json"))).toHaveLength(1);
});
