/**
 * The pair of addons as it is published: prebuilds/<platform>-<arch>/, named and stripped by prebuildify, for systems
 * as old as RHEL 8.
 *
 *   npm run prebuild                            compiled with an old toolchain (old-glibc.mjs); the result is checked
 *   npm run prebuild -- --host [--out FOLDER]   this machine's build, unchecked: to try the package out, not to publish
 */
import { copyFileSync, cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cmakeJs } from "./build-native.mjs";
import { oldCompiler } from "./old-glibc.mjs";
import { setup, setupForBuild } from "./setup.mjs";
import { root, run, runAsScript, SetupError } from "./steps.mjs";
import { LIMITS, tooNewSymbols } from "./symbol-versions.mjs";

const TUPLE = `${process.platform}-${process.arch}`;

/** @param {{ host?: boolean, out?: string }} options `out`: the folder that gets prebuilds/, default the package's root */
export async function prebuild({ host = false, out = root } = {}) {
  // a folder of its own: prebuildify moves the addon out of the build, and a developer's build shall survive
  const work = join(root, host ? "build/prebuild-host" : "build/prebuild");
  mkdirSync(work, { recursive: true });
  if (host) await copyBuild(work);
  else await compile(work);
  const staged = await collect(work);
  if (host)
    console.error("prebuild: NOT TO BE PUBLISHED: made with --host, the versions it needs are not checked");
  else assertOldEnough(staged);
  return publish(staged, join(resolve(out), "prebuilds", TUPLE));
}

/** This machine's own build, which is all that is needed where no other machine is meant. */
async function copyBuild(work) {
  await setup();
  cpSync(join(root, "build/Release"), join(work, "build/Release"), { recursive: true });
}

async function compile(work) {
  const libtorch = await setupForBuild();
  const { cacheDirectory } = await import("../dist/libtorch/cache.js");
  await cmakeJs(libtorch, { out: join(work, "build"), compiler: oldCompiler(cacheDirectory(), work) });
}

async function collect(work) {
  const staged = join(work, "prebuilds", TUPLE);
  rmSync(staged, { recursive: true, force: true });
  await run(process.execPath, [
    ...[join(root, "node_modules/prebuildify/bin.js"), "--cwd", work, "--name", "deeplasia"],
    // it knows no builder but node-gyp; ours has run already
    ...["--napi", "--tag-libc", "--strip", "--node-gyp", "true"],
  ]);
  copyFileSync(join(work, "build/Release/deeplasia_core.json"), join(staged, "deeplasia_core.json"));
  return staged;
}

function assertOldEnough(folder) {
  for (const name of ["deeplasia.glibc.node", "deeplasia_core.so"]) {
    const lines = tooNewSymbols(join(folder, name));
    const allowed = Object.entries(LIMITS).map((limit) => limit.join("_"));
    if (lines.length > 0)
      throw new SetupError(`${name} needs more than ${allowed.join(", ")}:\n  ${lines.join("\n  ")}`);
  }
}

function publish(staged, target) {
  cpSync(staged, `${target}.partial`, { recursive: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(`${target}.partial`, target);
  console.error(`prebuild: ${target}`);
  return target;
}

await runAsScript(import.meta.url, () => {
  const { values } = parseArgs({ options: { host: { type: "boolean" }, out: { type: "string" } } });
  return prebuild(values);
});
