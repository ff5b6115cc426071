import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../helpers/testData.js";

/** scripts/api.mjs, where typedoc can be neither found nor installed. */
const UNAVAILABLE = 69;

test("docs/api is what the doc comments of today give", ({ skip }) => {
  const { status, stderr } = spawnSync(process.execPath, [join(projectRoot, "scripts/api.mjs"), "--check"], {
    encoding: "utf8",
  });
  if (status === UNAVAILABLE) skip(stderr.trim());
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
