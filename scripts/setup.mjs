/**
 * From a fresh clone to a working package: dependencies, TypeScript, libtorch, addons. A step whose result is current
 * is skipped, so running it again takes a second. Needs nothing but Node; no terminal is asked.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildNative, checkTools, currentBuild, findForBuild, usualVersion } from "./build-native.mjs";
import { buildTypeScript, isTypeScriptCurrent } from "./build-ts.mjs";
import { root, run, runAsScript, SetupError } from "./steps.mjs";

/** Does all steps. Returns the libtorch that the addon is built against. */
export async function setup() {
  const libtorch = await setupForBuild();
  await step(
    "native addon",
    () => currentBuild(libtorch),
    () => buildNative(libtorch),
  );
  return libtorch;
}

/** Does all steps but the addon. Returns the libtorch to build it against. */
export async function setupForBuild() {
  if (process.platform !== "linux") throw new SetupError("deeplasia-native is built and run on Linux");
  // before minutes are spent on the other steps
  if (!existsSync(join(root, "build/Release"))) checkTools();
  await step("dependencies", areDependenciesCurrent, () => run("npm", ["ci", "--no-audit", "--no-fund"]));
  await step("TypeScript", isTypeScriptCurrent, buildTypeScript);
  return step("libtorch", findForBuild, installForBuild);
}

/** Does a step unless `current` returns its result (anything truthy) already. Prints one line. Returns the result. */
async function step(name, current, make) {
  const start = performance.now();
  const before = await current();
  if (before) {
    console.error(`setup: ${name}: current`);
    return before;
  }
  console.error(`setup: ${name} …`);
  const after = await make();
  console.error(`setup: ${name}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return after;
}

/** Whether node_modules matches the lock file, by the record that npm leaves there. */
function areDependenciesCurrent() {
  const record = join(root, "node_modules/.package-lock.json");
  if (!existsSync(record)) return false;
  const { packages: installed } = JSON.parse(readFileSync(record, "utf8"));
  const { packages: wanted } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "") return true;
    // optional ones are those of other platforms
    return path in installed ? installed[path].version === version : optional === true;
  });
}

async function installForBuild() {
  const { installWithProgress } = await import("../dist/commands/installWithProgress.js");
  return installWithProgress({ version: await usualVersion() });
}

await runAsScript(import.meta.url, setup);
