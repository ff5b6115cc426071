import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { completeContract } from "../../../src/contract/contract.js";
import { mergeManifests } from "../../../src/contract/merge.js";
import { readManifestFile } from "../../../src/contract/sources.js";
import { projectRoot } from "../../helpers/testData.js";

const folders = ["configs", "test/fixtures/manifests"].map((folder) => join(projectRoot, folder));
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, name)),
);

test.each(files)("%s is a complete contract", async (file) => {
  const manifest = (await readManifestFile(file))!;
  expect(() => completeContract(mergeManifests([{ origin: file, manifest }]).manifest, file)).not.toThrow();
});
