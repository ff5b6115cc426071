/** TypeScript to dist/, the command line once more in few files, and the page of the service to dist/page/. */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildPage } from "./build-page.mjs";
import { bundleProgram } from "./bundle-program.mjs";
import { digest, root, run, runAsScript, stamp } from "./steps.mjs";

const made = stamp("dist/.stamp");

const sources = () =>
  digest([
    ...["src", "examples/phantoms/images", "scripts/build-page.mjs", "scripts/bundle-program.mjs"],
    ...["tsconfig.json", "package-lock.json"],
  ]);

export function isTypeScriptCurrent() {
  return made.matches(sources());
}

export async function buildTypeScript() {
  const from = sources();
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"]);
  removeOrphans();
  await bundleProgram();
  await buildPage();
  const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const file of Object.values(bin)) chmodSync(join(root, file), 0o755);
  made.write(from);
}

/** Removes the output of sources that no longer exist: it would be packed and loaded. */
function removeOrphans() {
  for (const name of readdirSync(join(root, "dist"), { recursive: true })) {
    const [, module] = /^(.*?)(\.d\.ts|\.js)$/.exec(name) ?? [];
    if (module !== undefined && !existsSync(join(root, "src", `${module}.ts`)))
      rmSync(join(root, "dist", name));
  }
}

await runAsScript(import.meta.url, buildTypeScript);
