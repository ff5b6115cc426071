/**
 * The two addons to build/Release, by cmake-js, against the libtorch that the package itself would find. With --nccl also
 * deeplasia_nccl.so, see nccl.mjs.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ncclSettings } from "./nccl.mjs";
import { digest, root, run, runAsScript, SetupError, stamp } from "./steps.mjs";

/** A compiler needs about this much for one file that includes torch/script.h. */
const BYTES_A_JOB = 1.5e9;
/** How many files are compiled at once. */
export const jobs = () => Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_A_JOB)));
const made = stamp("build/.stamp");
const RESULTS = ["deeplasia.node", "deeplasia_core.so", "deeplasia_core.json"];
/** The addons as they are published, by prebuild.mjs: the bootstrap, and a folder with a core for each minor version. */
export const PREBUILDS = join(root, "prebuilds", `${process.platform}-${process.arch}`);
/** Name of the folder of the core for a libtorch: `libtorch-2.13`. */
export const coreFolder = ({ version }) => `libtorch-${version.split(".", 2).join(".")}`;
/** Where prebuild.mjs builds the core for a libtorch, and the stamp of its sources. */
export const prebuildFolder = (libtorch) => join("build/prebuild", coreFolder(libtorch));
export const madePrebuild = (libtorch) => stamp(join(prebuildFolder(libtorch), ".stamp"));

/** Digest of everything that an addon is built from. */
export const nativeSources = (libtorch) =>
  digest(["CMakeLists.txt", "native", "package-lock.json"], libtorch.directory, libtorch.version);

/** The libtorch that is installed where none is found. */
export async function usualVersion() {
  return (await import("../dist/libtorch/version.js")).DEFAULT_LIBTORCH_VERSION;
}

/**
 * The libtorch to build against: the one that is found first, in the cache the usual one before others. Null if there is
 * none. Throws if the user names one that is not suitable.
 */
export async function findForBuild() {
  const { OLDEST_LIBTORCH } = await import("../dist/libtorch/version.js");
  const { isNamed, requireLibtorch, searchLibtorch } = await import("../dist/libtorch/searchLibtorch.js");
  const required = { versions: null, oldest: OLDEST_LIBTORCH, headers: true };
  const { candidates, chosen } = searchLibtorch(required);
  if (chosen?.source === "cache")
    return searchLibtorch({ ...required, versions: [await usualVersion()] }).chosen ?? chosen;
  const last = candidates.at(-1);
  return chosen ?? (last !== undefined && isNamed(last.source) ? requireLibtorch(required) : null);
}

/** Whether build/Release was built from the current sources. */
export function isNativeCurrent(libtorch) {
  return (
    RESULTS.every((name) => existsSync(join(root, "build/Release", name))) &&
    made.matches(nativeSources(libtorch))
  );
}

/** Whether the package's own prebuilds/ was built from the current sources. */
export function isPrebuildCurrent(libtorch) {
  return (
    existsSync(join(PREBUILDS, coreFolder(libtorch))) &&
    madePrebuild(libtorch).matches(nativeSources(libtorch))
  );
}

/**
 * CMake's folder of the addons that are loaded here, if they were built from the current sources; else null. As in loading,
 * build/Release comes before prebuilds/.
 */
export function currentBuild(libtorch) {
  if (existsSync(join(root, "build/Release"))) return isNativeCurrent(libtorch) ? join(root, "build") : null;
  return isPrebuildCurrent(libtorch) ? join(root, prebuildFolder(libtorch), "build") : null;
}

export async function buildNative(libtorch, { nccl = false } = {}) {
  checkTools();
  const from = nativeSources(libtorch);
  await cmakeJs(libtorch, { settings: nccl ? await ncclSettings(libtorch.version) : {} });
  made.write(from);
}

/**
 * @param {{ command?: "build" | "configure", out?: string, compiler?: string, settings?: Record<string, string> }} options
 *   folder instead of build/, compiler instead of CMake's choice, further variables of CMake
 */
export async function cmakeJs(libtorch, { command = "build", out, compiler, settings = {} } = {}) {
  // `build` ignores new settings in a folder that is already configured
  if (command === "build" && Object.keys(settings).length > 0)
    await cmakeJs(libtorch, { command: "configure", out, compiler, settings });
  const variables = Object.entries({ LIBTORCH: libtorch.directory, ...settings });
  await run(process.execPath, [
    ...[join(root, "node_modules/cmake-js/bin/cmake-js"), command, "--log-level", "warn"],
    ...["--config", "Release", "--parallel", String(jobs())],
    ...variables.map(([name, value]) => `--CD${name}=${value}`),
    ...(out === undefined ? [] : ["--out", out]),
    ...(compiler === undefined ? [] : ["--cxx", compiler]),
  ]);
}

/** @throws SetupError where cmake or a C++ compiler is missing. */
export function checkTools() {
  const works = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
  const compilers = process.env.CXX ? [process.env.CXX] : ["c++", "g++", "clang++"];
  const missing = [
    ...(works("cmake") ? [] : ["cmake"]),
    ...(works("ninja") || works("make") ? [] : ["ninja or make"]),
    ...(compilers.some(works) ? [] : [`a C++ compiler (${compilers.join(", ")})`]),
  ];
  if (missing.length === 0) return;
  throw new SetupError(
    `building the addon needs ${missing.join(" and ")}, not found on PATH.\n` +
      "  Debian, Ubuntu: apt-get install cmake ninja-build g++\n" +
      "  RHEL, Rocky, Fedora: dnf install cmake ninja-build gcc-c++",
  );
}

await runAsScript(import.meta.url, async () => {
  const { values } = parseArgs({ options: { nccl: { type: "boolean" } } });
  const libtorch = await findForBuild();
  if (libtorch === null)
    throw new SetupError("no libtorch to build against was found: npm run setup installs one");
  await buildNative(libtorch, values);
});
