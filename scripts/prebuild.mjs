/**
 * The addons as they are published: prebuilds/<platform>-<arch>/, named and stripped by prebuildify, for systems as old
 * as RHEL 8: the bootstrap, and a core for each minor version of libtorch. Skipped where they are current.
 *
 *   npm run prebuilds                            compiled with an old toolchain (old-glibc.mjs); the result is checked
 *   npm run prebuilds -- --libtorch 2.9,2.13     a core for each of these; a folder with a libtorch does as well
 *   npm run prebuilds -- --nccl                 with deeplasia_nccl.so (nccl.mjs): what a release has
 *   npm run prebuilds -- --host [--out FOLDER]   this machine's build, unchecked: to try the package out, not to publish
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import {
  buildNative,
  cmakeJs,
  coreFolder,
  isNativeCurrent,
  isPrebuildCurrent,
  madePrebuild,
  nativeSources,
  PREBUILDS,
  prebuildFolder,
} from "./build-native.mjs";
import { eachLibtorch } from "./each-libtorch.mjs";
import { ncclSettings } from "./nccl.mjs";
import { oldCompiler } from "./old-glibc.mjs";
import { setupForBuild } from "./setup.mjs";
import { root, run, runAsScript, SetupError } from "./steps.mjs";
import { LIMITS, tooNewSymbols } from "./symbol-versions.mjs";

const TUPLE = basename(PREBUILDS);
const BOOTSTRAP = "deeplasia.glibc.node";
const NCCL = "deeplasia_nccl.so";

/**
 * prebuilds/ of the package itself, compiled with an old toolchain and checked.
 * @param {{ nccl?: boolean, libtorch?: string }} options versions or folders of libtorch, with commas between them
 */
export async function prebuild({ nccl = false, libtorch } = {}) {
  const found = await setupForBuild();
  const wanted = libtorch === undefined ? [found] : await eachLibtorch(libtorch);
  const isCurrent = (one) =>
    isPrebuildCurrent(one) && (!nccl || existsSync(join(PREBUILDS, coreFolder(one), NCCL)));
  if (wanted.every(isCurrent)) return console.error(`prebuild: ${PREBUILDS}: current`);
  const { cacheDirectory } = await import("../dist/libtorch/buildCache.js");
  const built = [];
  for (const one of wanted) {
    // a folder of its own: prebuildify moves the addon out of the build, and a developer's build must survive
    const work = workFolder(prebuildFolder(one));
    const from = nativeSources(one);
    await cmakeJs(one, {
      out: join(work, "build"),
      compiler: oldCompiler(cacheDirectory(), work),
      settings: nccl ? await ncclSettings(one.version) : {},
    });
    const staged = await collect(work);
    assertOldEnough(staged);
    built.push({ libtorch: one, staged, from });
  }
  publish(built, PREBUILDS);
  for (const { libtorch, from } of built) madePrebuild(libtorch).write(from);
}

/** This machine's own build as prebuilds/ of any folder: enough where the package is used on this machine only. */
export async function prebuildForHost(folder) {
  const libtorch = await setupForBuild();
  if (!isNativeCurrent(libtorch)) await buildNative(libtorch);
  const work = workFolder("build/prebuild-host");
  cpSync(join(root, "build/Release"), join(work, "build/Release"), { recursive: true });
  const staged = await collect(work);
  console.error("prebuild: NOT TO BE PUBLISHED: made with --host, the versions it needs are not checked");
  publish([{ libtorch, staged }], join(folder, "prebuilds", TUPLE));
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
  for (const name of [BOOTSTRAP, "deeplasia_core.so", NCCL]) {
    if (!existsSync(join(folder, name))) continue;
    const lines = tooNewSymbols(join(folder, name));
    const allowed = Object.entries(LIMITS).map((limit) => limit.join("_"));
    if (lines.length > 0)
      throw new SetupError(`${name} needs more than ${allowed.join(", ")}:\n  ${lines.join("\n  ")}`);
  }
}

/** The bootstrap, which is the same for each libtorch, and the cores. */
function publish(built, target) {
  const partial = `${target}.partial`;
  rmSync(partial, { recursive: true, force: true });
  for (const { libtorch, staged } of built) {
    const folder = join(partial, coreFolder(libtorch));
    cpSync(staged, folder, { recursive: true });
    renameSync(join(folder, BOOTSTRAP), join(partial, BOOTSTRAP));
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(partial, target);
  for (const { libtorch } of built)
    console.error(`prebuild: ${describeCore(join(target, coreFolder(libtorch)))}`);
}

function describeCore(folder) {
  const { size } = statSync(join(folder, "deeplasia_core.so"));
  return `${folder}: ${(size / 1e6).toFixed(1)} MB, packed ${(packedSize(folder) / 1e6).toFixed(1)} MB`;
}

function packedSize(folder) {
  return gzipSync(readFileSync(join(folder, "deeplasia_core.so"))).length;
}

await runAsScript(import.meta.url, () => {
  const boolean = { type: "boolean" };
  const { values } = parseArgs({
    options: { host: boolean, nccl: boolean, libtorch: { type: "string" }, out: { type: "string" } },
  });
  return values.host ? prebuildForHost(resolve(values.out ?? root)) : prebuild(values);
});
