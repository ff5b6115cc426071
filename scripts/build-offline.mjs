/** The addons to build/Release by CMake alone, where Node has its headers beside it and no network is at hand. */
import { dirname, join } from "node:path";
import { checkTools, findForBuild, jobs } from "./build-native.mjs";
import { root, run, runAsScript, SetupError } from "./steps.mjs";

await runAsScript(import.meta.url, async () => {
  checkTools();
  const libtorch = await findForBuild();
  if (libtorch === null)
    throw new SetupError(
      "no libtorch with headers was found.\n  Load the module of a PyTorch, or set DEEPLASIA_LIBTORCH to its folder",
    );
  console.error(`libtorch ${libtorch.version}: ${libtorch.directory}`);
  const build = join(root, "build");
  const headers = join(dirname(dirname(process.execPath)), "include/node");
  await run("cmake", [
    ...["-S", root, "-B", build, `-DLIBTORCH=${libtorch.directory}`, "-DCMAKE_BUILD_TYPE=Release"],
    ...["-DCMAKE_JS_VERSION=none", `-DCMAKE_JS_INC=${headers}`],
    ...[`-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=${join(build, "Release")}`, ...process.argv.slice(2)],
  ]);
  await run("cmake", ["--build", build, "--parallel", String(jobs())]);
});
