/**
 * A compiler whose results run on systems as old as RHEL 8. What a new toolchain makes asks for its own glibc and
 * libstdc++; Debian 11's g++ 10 with Debian 11's libraries is old enough, and new enough for C++20 and for libtorch's
 * headers. GCC finds its parts relative to itself, so the packages are only unpacked into the cache and the compiler
 * is run from there: no chroot, no mount, no root.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { SetupError } from "./steps.mjs";
import { isAtMost, LIMITS } from "./symbol-versions.mjs";

const SUITE = "bullseye";
const COMPILER = "g++-10";
const TRIPLE = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" }[process.arch];

/** For callers that can do without: exit status EX_UNAVAILABLE. */
export class NoOldToolchain extends SetupError {
  exitStatus = 69;

  constructor(cause) {
    super(
      `no toolchain that is old enough for prebuilds: ${cause.message}\n` +
        "  Build on a system of glibc 2.28 (RHEL 8, manylinux_2_28) or on a Debian, which can fetch one; or\n" +
        `  set DEEPLASIA_OLD_GLIBC to a copy of old-glibc/${SUITE} in the cache of a Debian machine; or\n` +
        "  npm run prebuilds -- --host makes one for this machine only.",
      { cause },
    );
  }
}

/**
 * Command of the compiler to make prebuilds with; undefined: this machine's own is old enough.
 * @param cache directory that keeps the unpacked tree; `DEEPLASIA_OLD_GLIBC` may name a copy of such a tree instead
 * @param scratch directory for the wrapper, empty or from an earlier run
 */
export function oldCompiler(cache, scratch) {
  const named = process.env.DEEPLASIA_OLD_GLIBC;
  if (!named && isAtMost(process.report.getReport().header.glibcVersionRuntime, LIMITS.GLIBC))
    return undefined;
  const tree = named ? resolve(named) : join(cache, "old-glibc", SUITE);
  if (!existsSync(join(tree, "usr/bin", COMPILER))) {
    if (named) throw new SetupError(`DEEPLASIA_OLD_GLIBC: ${tree} holds no usr/bin/${COMPILER}`);
    try {
      unpackTree(tree, debianMirror());
    } catch (cause) {
      throw new NoOldToolchain(cause);
    }
  }
  return wrap(tree, scratch);
}

/** The compiler with the tree as its root file system. */
function wrap(tree, scratch) {
  const libraries = join(tree, "usr/lib", TRIPLE);
  // what the compiler itself runs on, without the tree's libc, which this machine's dynamic linker could not start
  const own = join(scratch, "compiler-lib");
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  for (const name of readdirSync(libraries)) {
    if (/^lib(isl|mpc|mpfr|gmp)\.so\.\d+$/.test(name)) symlinkSync(join(libraries, name), join(own, name));
  }
  const wrapper = join(scratch, "g++");
  const compiler = join(tree, "usr/bin", COMPILER);
  writeFileSync(wrapper, `#!/bin/sh\nLD_LIBRARY_PATH='${own}' exec '${compiler}' --sysroot='${tree}' "$@"\n`);
  chmodSync(wrapper, 0o755);
  return wrapper;
}

function unpackTree(tree, mirror) {
  console.error(
    `prebuild: ${COMPILER} of Debian ${SUITE}, from this machine's mirror, to ${tree} (260 MB) …`,
  );
  mkdirSync(dirname(tree), { recursive: true });
  const work = mkdtempSync(join(dirname(tree), ".unpacking-"));
  try {
    const unpacked = join(work, "root");
    for (const archive of downloadPackages(mirror, work))
      execFileSync("dpkg-deb", ["--extract", archive, unpacked]);
    makeLinksRelative(unpacked);
    rmSync(tree, { recursive: true, force: true });
    renameSync(unpacked, tree);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Debian's absolute links would lead the linker out of the tree, to this machine's libraries. */
function makeLinksRelative(tree) {
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    const link = join(entry.parentPath ?? entry.path, entry.name);
    const target = entry.isSymbolicLink() ? readlinkSync(link) : "";
    if (!target.startsWith("/")) continue;
    rmSync(link);
    symlinkSync(relative(dirname(link), join(tree, target)), link);
  }
}

/** Address of the Debian archive that this machine's apt is configured for. */
function debianMirror() {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const [, codename] = /^VERSION_CODENAME=(\w+)$/m.exec(/^ID=debian$/m.test(release) ? release : "") ?? [];
  if (codename !== undefined) {
    const indexes = execFileSync("apt-get", ["update", "--print-uris"], { encoding: "utf8" });
    const [, mirror] = new RegExp(`'(\\S+?)/dists/${codename}/(?:In)?Release'`).exec(indexes) ?? [];
    if (mirror !== undefined) return mirror;
  }
  throw new Error("this is no Debian with a mirror in apt's configuration");
}

/** The compiler's packages with all they depend on, by apt in a directory of its own. Returns the archives. */
function downloadPackages(mirror, work) {
  const at = (name) => join(work, name);
  for (const folder of ["lists/partial", "archives/partial", "none"])
    mkdirSync(at(folder), { recursive: true });
  // nothing is installed there, so every dependency is fetched
  writeFileSync(at("status"), "");
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const options = existsSync(keyring) ? `[signed-by=${keyring}] ` : "";
  writeFileSync(at("sources.list"), `deb ${options}${mirror} ${SUITE} main\n`);
  const settings = {
    "Dir::Etc::sourcelist": at("sources.list"),
    "Dir::Etc::sourceparts": at("none"),
    "Dir::Etc::preferences": at("none"),
    "Dir::Etc::preferencesparts": at("none"),
    "Dir::State": work,
    "Dir::State::status": at("status"),
    "Dir::Cache": work,
    "APT::Sandbox::User": "",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
  // this machine's hooks are about this machine's packages
  writeFileSync(at("apt.conf"), `${lines.join("\n")}\n#clear APT::Update;\n#clear DPkg;\n`);
  const apt = (...args) =>
    execFileSync("apt-get", ["--quiet", ...args], {
      env: { ...process.env, APT_CONFIG: at("apt.conf") },
      stdio: ["ignore", "ignore", "inherit"],
    });
  apt("update");
  apt("install", "--yes", "--download-only", "--no-install-recommends", COMPILER);
  const archives = readdirSync(at("archives")).filter((name) => name.endsWith(".deb"));
  return archives.map((name) => at(`archives/${name}`));
}
