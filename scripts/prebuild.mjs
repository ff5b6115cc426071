/**
 * The pair of addons as it is published: prebuilds/<platform>-<arch>/, made by prebuildify, for systems as old as RHEL 8.
 *
 *   npm run prebuild                            with an old toolchain (see old-glibc.mjs); the result is checked
 *   npm run prebuild -- --host [--out FOLDER]   with this machine's compiler, to try the package out: not to publish
 */
import { copyFileSync, cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { oldCompiler } from "./old-glibc.mjs";
import { setupForBuild } from "./setup.mjs";
import { root, run, runAsScript, SetupError } from "./steps.mjs";
import { LIMITS, tooNewSymbols } from "./symbol-versions.mjs";

const TUPLE = `${process.platform}-${process.arch}`;

/** @param {{ host?: boolean, out?: string }} options `out`: the folder that gets prebuilds/; default: the package's root */
export async function prebuild({ host = false, out = root } = {}) {
  const libtorch = await setupForBuild();
  const { cacheDirectory } = await import("../dist/libtorch/cache.js");
  // its own build folder: prebuildify takes the addon out of it, and a developer's build shall survive
  const work = join(root, host ? "build/prebuild-host" : "build/prebuild");
  mkdirSync(work, { recursive: true });
  const compiler = host ? null : oldCompiler(cacheDirectory(), work);
  const staged = join(work, "prebuilds", TUPLE);
  rmSync(staged, { recursive: true, force: true });
  await run(
    process.execPath,
    [
      ...[join(root, "node_modules/prebuildify/bin.js"), "--cwd", work, "--name", "deeplasia"],
      ...["--napi", "--tag-libc", "--strip", "--node-gyp", join(root, "scripts/node-gyp-shim.mjs")],
    ],
    {
      env: {
        ...process.env,
        DEEPLASIA_PREBUILD_LIBTORCH: libtorch.directory,
        ...(compiler === null ? {} : { DEEPLASIA_PREBUILD_CXX: compiler }),
      },
    },
  );
  copyFileSync(join(work, "build/Release/deeplasia_core.json"), join(staged, "deeplasia_core.json"));
  if (host)
    console.error(
      "prebuild: NOT FOR PUBLICATION: made by this machine's compiler, symbol versions not checked",
    );
  else assertOldEnough(staged);
  return publish(staged, join(resolve(out), "prebuilds", TUPLE));
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
