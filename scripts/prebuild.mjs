/**
 * The pair of addons as it is published: prebuilds/<platform>-<arch>/, named and stripped by prebuildify, for systems
 * as old as RHEL 8. Skipped where it is current.
 *
 *   npm run prebuilds                            compiled with an old toolchain (old-glibc.mjs); the result is checked
 *   npm run prebuilds -- --nccl                 with deeplasia_nccl.so (nccl.mjs): what a release has
 *   npm run prebuilds -- --host [--out FOLDER]   this machine's build, unchecked: to try the package out, not to publish
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  buildNative,
  cmakeJs,
  isNativeCurrent,
  isPrebuildCurrent,
  madePrebuild,
  nativeSources,
  PREBUILDS,
} from "./build-native.mjs";
import { ncclSettings } from "./nccl.mjs";
import { oldCompiler } from "./old-glibc.mjs";
import { setupForBuild } from "./setup.mjs";
import { root, run, runAsScript, SetupError } from "./steps.mjs";
import { LIMITS, tooNewSymbols } from "./symbol-versions.mjs";

const TUPLE = basename(PREBUILDS);
const NCCL = "deeplasia_nccl.so";

/** prebuilds/ of the package itself, compiled with an old toolchain and checked. */
export async function prebuild({ nccl = false } = {}) {
  const libtorch = await setupForBuild();
  if (isPrebuildCurrent(libtorch) && (!nccl || existsSync(join(PREBUILDS, NCCL))))
    return console.error(`prebuild: ${PREBUILDS}: current`);
  const { cacheDirectory } = await import("../dist/libtorch/buildCache.js");
  // a folder of its own: prebuildify moves the addon out of the build, and a developer's build must survive
  const work = workFolder("build/prebuild");
  const from = nativeSources(libtorch);
  await cmakeJs(libtorch, {
    out: join(work, "build"),
    compiler: oldCompiler(cacheDirectory(), work),
    settings: nccl ? await ncclSettings(libtorch.version) : {},
  });
  const staged = await collect(work);
  assertOldEnough(staged);
  publish(staged, PREBUILDS);
  madePrebuild.write(from);
}

/** This machine's own build as prebuilds/ of any folder: enough where the package is used on this machine only. */
export async function prebuildForHost(folder) {
  const libtorch = await setupForBuild();
  if (!isNativeCurrent(libtorch)) await buildNative(libtorch);
  const work = workFolder("build/prebuild-host");
  cpSync(join(root, "build/Release"), join(work, "build/Release"), { recursive: true });
  const staged = await collect(work);
  console.error("prebuild: NOT TO BE PUBLISHED: made with --host, the versions it needs are not checked");
  publish(staged, join(folder, "prebuilds", TUPLE));
}

function workFolder(path) {
  mkdirSync(join(root, path), { recursive: true });
  return join(root, path);
}

async function collect(work) {
  const staged = join(work, "prebuilds", TUPLE);
  rmSync(staged, { recursive: true, force: true });
  await run(process.execPath, [
    ...[join(root, "node_modules/prebuildify/bin.js"), "--cwd", work, "--name", "deeplasia"],
    // it can only call node-gyp; our build has run already
    ...["--napi", "--tag-libc", "--strip", "--node-gyp", "true"],
  ]);
  for (const name of ["deeplasia_core.json", NCCL].filter((name) =>
    existsSync(join(work, "build/Release", name)),
  ))
    copyFileSync(join(work, "build/Release", name), join(staged, name));
  return staged;
}

function assertOldEnough(folder) {
  for (const name of ["deeplasia.glibc.node", "deeplasia_core.so", NCCL]) {
    if (!existsSync(join(folder, name))) continue;
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
}

await runAsScript(import.meta.url, () => {
  const boolean = { type: "boolean" };
  const { values } = parseArgs({ options: { host: boolean, nccl: boolean, out: { type: "string" } } });
  return values.host ? prebuildForHost(resolve(values.out ?? root)) : prebuild(values);
});
