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
const made = stamp("build/.stamp");
const RESULTS = ["deeplasia.node", "deeplasia_core.so", "deeplasia_core.json"];
/** The addons as they are published: where prebuild.mjs puts and builds them, and the stamp of their sources. */
export const PREBUILDS = join(root, "prebuilds", `${process.platform}-${process.arch}`);
const PREBUILD_FOLDER = "build/prebuild/build";
export const madePrebuild = stamp("build/prebuild/.stamp");

/** Digest of everything that an addon is built from. */
export const nativeSources = (libtorch) =>
  digest(["CMakeLists.txt", "native", "package-lock.json"], libtorch.directory, libtorch.version);

/** What the libtorch must be that the addons are built against. */
export async function buildRequirement() {
  const { DEFAULT_LIBTORCH_VERSION } = await import("../dist/libtorch/version.js");
  return { version: DEFAULT_LIBTORCH_VERSION, headers: true };
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
  return existsSync(PREBUILDS) && madePrebuild.matches(nativeSources(libtorch));
}

/**
 * CMake's folder of the addons that are loaded here, if they were built from the current sources; else null. As in loading,
 * build/Release comes before prebuilds/.
 */
export function currentBuild(libtorch) {
  if (existsSync(join(root, "build/Release"))) return isNativeCurrent(libtorch) ? join(root, "build") : null;
  return isPrebuildCurrent(libtorch) ? join(root, PREBUILD_FOLDER) : null;
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
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_A_JOB)));
  const variables = Object.entries({ LIBTORCH: libtorch.directory, ...settings });
  await run(process.execPath, [
    ...[join(root, "node_modules/cmake-js/bin/cmake-js"), command, "--log-level", "warn"],
    ...["--config", "Release", "--parallel", String(jobs)],
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
  const { requireLibtorch } = await import("../dist/libtorch/searchLibtorch.js");
  const { values } = parseArgs({ options: { nccl: { type: "boolean" } } });
  await buildNative(requireLibtorch(await buildRequirement()), values);
});
