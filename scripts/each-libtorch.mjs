/** The option --libtorch of scripts that build for several versions of libtorch. */
import { resolve } from "node:path";
import { SetupError } from "./steps.mjs";

/** The libtorch builds of a list such as `2.9,2.11.0,/opt/torch`; versions that are not installed are downloaded. */
export async function eachLibtorch(list) {
  const { examine } = await import("../dist/libtorch/searchLibtorch.js");
  const { installWithProgress } = await import("../dist/commands/installWithProgress.js");
  const builds = [];
  for (const item of list.split(",")) {
    if (/^\d+\.\d+$/.test(item)) builds.push(await installWithProgress({ version: `${item}.0` }));
    else if (/^\d/.test(item)) builds.push(await installWithProgress({ version: item }));
    else {
      const named = examine("LIBTORCH", resolve(item), { versions: null, headers: true });
      if (named.libraries === null || !named.headers || named.version === null)
        throw new SetupError(`--libtorch: ${item} holds no libtorch with headers and a version`);
      builds.push(named);
    }
  }
  return builds;
}
