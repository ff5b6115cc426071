/**
 * Writes docs/api from the doc comments of src/index.ts, by typedoc. `--check`: fails if the folder is not what it would
 * write; exit status 69 where typedoc cannot be installed.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./steps.mjs";

const UNAVAILABLE = 69;
const tool = join(root, "scripts/api");
const folder = join(root, "docs/api");

function install() {
  if (existsSync(join(tool, "node_modules/.bin/typedoc"))) return;
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: tool, stdio: "ignore" });
  if (status === 0) return;
  console.error("typedoc cannot be installed (npm ci in scripts/api)");
  process.exit(UNAVAILABLE);
}

function generate(out) {
  const typedoc = join(tool, "node_modules/.bin/typedoc");
  const { status } = spawnSync(typedoc, ["--options", join(tool, "typedoc.json"), "--out", out], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
}

/** Relative path to text of every page. */
const pagesOf = (path) =>
  new Map(
    existsSync(path)
      ? readdirSync(path, { recursive: true })
          .filter((name) => name.endsWith(".md"))
          .sort()
          .map((name) => [name, readFileSync(join(path, name), "utf8")])
      : [],
  );

const out = mkdtempSync(join(tmpdir(), "deeplasia-api-"));
try {
  install();
  generate(out);
  if (process.argv.includes("--check")) {
    const [today, fresh] = [pagesOf(folder), pagesOf(out)];
    const stale = [...new Set([...today.keys(), ...fresh.keys()])].filter(
      (name) => today.get(name) !== fresh.get(name),
    );
    if (stale.length > 0) console.error(`docs/api is not up to date (${stale.join(", ")}): npm run docs`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    rmSync(folder, { recursive: true, force: true });
    cpSync(out, folder, { recursive: true });
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
