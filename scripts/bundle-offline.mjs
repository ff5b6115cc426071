/**
 * One archive for a machine without a network that has a libtorch with headers (a PyTorch will do), a compiler and CMake:
 * Node with its headers, the production dependencies, dist/, models, and the sources of the addons. Unpacked there,
 * `./build.sh` (build-offline.sh) builds the addons, and `./deeplasia-native` is the command.
 *
 *   npm run bundle:offline                   to build/offline/
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run, runAsScript, SetupError } from "./steps.mjs";

/** Major version of Node in the archive; its binaries run with glibc 2.28, as those of RHEL 8. */
const NODE_MAJOR = "22";
const MOST_BYTES = 60e6;

const OWN = [
  ...["dist", "native", "models", "configs", "CMakeLists.txt", "LICENSE", "README.md", "docs/cluster.md"],
  ...["scripts/build-offline.mjs", "scripts/build-native.mjs", "scripts/nccl.mjs", "scripts/steps.mjs"],
];
/** Types and source maps, which only a developer reads, and the tests of the sources. */
const LEFT_OUT = /(\.d\.[cm]?ts|\.map|\.tsbuildinfo)$|^native\/(test|fuzz)(\/|$)/;

export async function bundleOffline() {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const name = `deeplasia-native-${version}-offline-${process.platform}-${process.arch}`;
  const work = join(root, "build/offline");
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const path of OWN)
    cpSync(join(root, path), join(folder, path), {
      recursive: true,
      filter: (from) => !LEFT_OUT.test(from.slice(root.length)),
    });
  await addDependencies(folder);
  await addNode(folder, work);
  cpSync(join(root, "scripts/build-offline.sh"), join(folder, "build.sh"));
  writeFileSync(
    join(folder, "deeplasia-native"),
    '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/node/bin/node" "$here/dist/bin.cjs" "$@"\n',
    { mode: 0o755 },
  );
  return await pack(work, name);
}

/** The production dependencies, of the versions of package-lock.json, and the headers that the addons include. */
async function addDependencies(folder) {
  for (const file of ["package.json", "package-lock.json"]) cpSync(join(root, file), join(folder, file));
  await run("npm", ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder });
  const modules = join(folder, "node_modules");
  rmSync(join(modules, "@types"), { recursive: true, force: true });
  rmSync(join(modules, ".bin"), { recursive: true, force: true });
  execFileSync("find", [
    modules,
    "-type",
    "f",
    "-regextype",
    "egrep",
    "-regex",
    ".*(\\.d\\.[cm]?ts|\\.map)",
    "-delete",
  ]);
  cpSync(join(root, "node_modules/node-addon-api"), join(modules, "node-addon-api"), { recursive: true });
}

/** Node from the packages of `node` at npm: the binary, and the headers of Node-API and zlib. */
async function addNode(folder, work) {
  const archive = execFileSync(
    "npm",
    ["pack", `node-${process.platform}-${process.arch}@${NODE_MAJOR}`, "--silent"],
    { cwd: work, encoding: "utf8" },
  ).trim();
  const target = join(folder, "node");
  mkdirSync(target);
  const parts = ["bin/node", "include/node", "LICENSE"].map((part) => `package/${part}`);
  await run("tar", ["xzf", join(work, archive), "--strip-components=1", "-C", target, ...parts]);
  rmSync(join(target, "include/node/openssl"), { recursive: true, force: true });
  rmSync(join(work, archive));
}

async function pack(work, name) {
  const archive = join(work, `${name}.tar.xz`);
  await run("tar", [
    "cf",
    archive,
    "-C",
    work,
    "--owner=0",
    "--group=0",
    "--use-compress-program=xz -T0",
    name,
  ]);
  const { size } = statSync(archive);
  console.error(`${archive}: ${(size / 1e6).toFixed(1)} MB`);
  if (size > MOST_BYTES) throw new SetupError(`the archive is larger than ${MOST_BYTES / 1e6} MB`);
  return archive;
}

await runAsScript(import.meta.url, async () => {
  if (!existsSync(join(root, "dist/bin.cjs")))
    throw new SetupError("dist/ is missing: npm run build:ts makes it");
  await bundleOffline();
});
