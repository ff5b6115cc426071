/**
 * `npm run lint`: biome on everything it knows, clang-format and clang-tidy on native/, publint and attw on the package.
 * All of them run, even if one fails. `--fix` formats instead of complaining.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { cmakeJs } from "./build-native.mjs";
import { setupForBuild } from "./setup.mjs";
import { root, run, runAsScript, SetupError } from "./steps.mjs";

/** Another version formats a little differently: pinned. */
const CLANG_VERSION = "22.1.8";
const FILES_AT_ONCE = 10;
const FIX = process.argv.includes("--fix");

const bin = (name) => join(root, "node_modules/.bin", name);

async function clangFormat(tools) {
  const sources = readdirSync(join(root, "native"), { recursive: true }).filter((name) =>
    /\.(cc|h)$/.test(name),
  );
  const mode = FIX ? ["-i"] : ["--dry-run", "-Werror"];
  await run(tools("clang-format"), [...mode, ...sources.map((name) => join("native", name))]);
}

/**
 * One process a core. Most of the time would be spent in reading libtorch's headers: files that include them are looked
 * at several at a time, so a name in an anonymous namespace is one file's of all that share the outer namespace.
 */
async function clangTidy(tools, libtorch) {
  const folder = join(root, "build/lint");
  // clang cannot read the precompiled header of another compiler; tests may throw while they register themselves
  const settings = {
    CMAKE_DISABLE_PRECOMPILE_HEADERS: "ON",
    CMAKE_UNITY_BUILD: "ON",
    CMAKE_UNITY_BUILD_BATCH_SIZE: String(FILES_AT_ONCE),
    DEEPLASIA_TESTS: "OFF",
  };
  await cmakeJs(libtorch, { command: "configure", out: folder, settings });
  const commands = JSON.parse(readFileSync(join(folder, "compile_commands.json"), "utf8"));
  const files = commands.map(({ file }) => file).reverse();
  const complaints = [];
  const worker = async () => {
    for (let file = files.pop(); file !== undefined; file = files.pop()) {
      const { status, output } = await capture(tools("clang-tidy"), [
        ...["-p", folder, "--quiet"],
        // that is how files are joined
        ...["--checks=-bugprone-suspicious-include", file],
      ]);
      if (status !== 0) complaints.push(output);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  if (complaints.length > 0) throw new SetupError([...new Set(complaints)].join("\n"));
}

function capture(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    child.on("error", (error) => reject(new SetupError(`${command}: ${error.message}`)));
    child.on("close", (status) => resolve({ status, output }));
  });
}

/** clang-format and clang-tidy as Python wheels, in the package's cache: no Python environment is touched. */
async function clangTools() {
  const { cacheDirectory } = await import("../dist/libtorch/buildCache.js");
  const folder = join(cacheDirectory(), "lint", `clang-${CLANG_VERSION}`);
  if (!existsSync(folder)) {
    const partial = `${folder}.partial-${process.pid}`;
    mkdirSync(partial, { recursive: true });
    const wheels = ["clang-format", "clang-tidy"].map((name) => `${name}==${CLANG_VERSION}`);
    try {
      await run("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", partial, ...wheels]);
      renameSync(partial, folder);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  return (name) => join(folder, name.replace("-", "_"), "data/bin", name);
}

async function lint() {
  const libtorch = await setupForBuild();
  const tools = await clangTools();
  const checks = {
    biome: () => run(bin("biome"), FIX ? ["check", "--write"] : ["check"]),
    "clang-format": () => clangFormat(tools),
    "clang-tidy": () => clangTidy(tools, libtorch),
    publint: () => run(bin("publint"), ["--strict"]),
    // the types do not need the prebuilds that prepack asks for
    attw: () =>
      run(bin("attw"), ["--pack", root, "--profile", "esm-only"], {
        env: { ...process.env, npm_config_ignore_scripts: "true" },
      }),
  };
  const failed = [];
  for (const [name, check] of Object.entries(checks)) {
    console.error(`lint: ${name} …`);
    await check().catch((error) => {
      failed.push(name);
      console.error(error instanceof SetupError ? error.message : error);
    });
  }
  if (failed.length > 0) throw new SetupError(`lint: ${failed.join(", ")} failed`);
  console.error("lint: no complaints");
}

await runAsScript(import.meta.url, lint);
