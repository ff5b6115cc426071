/**
 * `npm run coverage [-- FILTER…]`: runs the tests, and reports which lines and functions of src/ they reach, in vitest's own
 * processes and in those that the tests start (the command line, workers, ranks). Prints a table of the folders;
 * coverage/uncalled.txt lists the functions that nobody called. A process that is killed reports nothing.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { mergeProcessCovs } from "@bcoe/v8-coverage";
import { convert } from "ast-v8-to-istanbul";
import { parseAstAsync } from "vitest/node";
import { bundleProgram } from "./bundle-program.mjs";
import { setup } from "./setup.mjs";
import { root, run, runAsScript } from "./steps.mjs";

const FOLDER = join(root, "coverage");
const CHILDREN = join(FOLDER, "children");
/** dist/ again, with source maps: the code is the same to the byte but for the comment that names the map. */
const MAPPED = join(FOLDER, "mapped");
const DIST = pathToFileURL(join(root, "dist")).href;
/** Children leave a few megabytes each; they are read while the tests run. */
const READ_EVERY_MS = 5000;

/** What the child processes have run of dist/, merged. */
class Children {
  #merged = { result: [] };

  /** Takes the reports that are complete, and removes them. */
  take() {
    const reports = [];
    for (const name of readdirSync(CHILDREN)) {
      const file = join(CHILDREN, name);
      try {
        const { result } = JSON.parse(readFileSync(file, "utf8"));
        reports.push({ result: result.filter(({ url }) => url.startsWith(DIST)) });
        rmSync(file);
      } catch {
        // It is being written.
      }
    }
    if (reports.length > 0) this.#merged = mergeProcessCovs([this.#merged, ...reports]);
  }

  /** By files of src/, in istanbul's form. */
  async bySource() {
    const all = [];
    for (const coverage of this.#merged.result) {
      const file = fileURLToPath(coverage.url);
      const code = readFileSync(file, "utf8");
      const map = join(MAPPED, `${relative(join(root, "dist"), file)}.map`);
      const sourceMap = JSON.parse(readFileSync(map, "utf8"));
      // They are written relative to the map, and would be read relative to the code.
      sourceMap.sources = sourceMap.sources.map((source) => resolve(dirname(map), source));
      all.push(await convert({ ast: parseAstAsync(code), code, wrapperLength: 0, coverage, sourceMap }));
    }
    return all;
  }
}

async function runTests(filters, children) {
  const vitest = spawn(
    process.execPath,
    [
      ...[join(root, "node_modules/vitest/vitest.mjs"), "run", ...filters],
      ...["--coverage.enabled", "--coverage.provider=v8", "--coverage.reporter=json"],
      ...["--coverage.include=src/**/*.ts", `--coverage.reportsDirectory=${join(FOLDER, "vitest")}`],
      "--coverage.reportOnFailure",
    ],
    { cwd: root, stdio: "inherit", env: { ...process.env, DEEPLASIA_COVERAGE_OF_CHILDREN: CHILDREN } },
  );
  const timer = setInterval(() => children.take(), READ_EVERY_MS);
  const status = await new Promise((resolve, reject) => vitest.on("close", resolve).on("error", reject));
  clearInterval(timer);
  children.take();
  return status;
}

/**
 * Lines and functions of each file, and how often each was reached anywhere. The two sources number nameless functions
 * and place columns differently, so a function is known by its line.
 */
function reached(reports) {
  const files = new Map();
  for (const report of reports)
    for (const [path, { statementMap, s, fnMap, f }] of Object.entries(report)) {
      if (!files.has(path)) files.set(path, { lines: new Map(), functions: new Map() });
      const { lines, functions } = files.get(path);
      const add = (map, key, count) => map.set(key, (map.get(key) ?? 0) + count);
      for (const [id, { start }] of Object.entries(statementMap)) add(lines, start.line, s[id]);
      for (const [id, { decl }] of Object.entries(fnMap)) add(functions, decl.start.line, f[id]);
    }
  return files;
}

const share = (counts) => {
  const hit = counts.filter((count) => count > 0).length;
  return `${((100 * hit) / Math.max(counts.length, 1)).toFixed(1)} % of ${counts.length}`;
};

function report(files) {
  const folders = new Map();
  const uncalled = [];
  for (const [path, { lines, functions }] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = relative(root, path);
    for (const folder of ["src", name.split("/").slice(0, -1).join("/")]) {
      if (!folders.has(folder)) folders.set(folder, { lines: [], functions: [] });
      folders.get(folder).lines.push(...lines.values());
      folders.get(folder).functions.push(...functions.values());
      if (folder === "src" && !name.slice(4).includes("/")) break;
    }
    for (const [key, count] of functions) if (count === 0) uncalled.push(`${name}:${key}`);
  }
  for (const [folder, { lines, functions }] of folders)
    console.log(`${folder.padEnd(28)} lines ${share(lines).padEnd(18)} functions ${share(functions)}`);
  writeFileSync(join(FOLDER, "uncalled.txt"), `${uncalled.join("\n")}\n`);
  console.log(`${uncalled.length} functions that nobody called: coverage/uncalled.txt`);
}

async function coverage() {
  await setup();
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  // The command line as separate files, each of which has a map.
  await run(process.execPath, [tsc, "-p", "tsconfig.json"]);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(CHILDREN, { recursive: true });
  await run(process.execPath, [tsc, "-p", "tsconfig.json", "--sourceMap", "--outDir", MAPPED]);
  const children = new Children();
  const status = await runTests(process.argv.slice(2), children);
  const own = JSON.parse(readFileSync(join(FOLDER, "vitest/coverage-final.json"), "utf8"));
  report(reached([own, ...(await children.bySource())]));
  await bundleProgram();
  if (status !== 0) process.exitCode = 1;
}

await runAsScript(import.meta.url, coverage);
