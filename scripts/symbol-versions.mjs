/** Which systems a binary runs on: the versions of the system's libraries that it asks for. */
import { execFileSync } from "node:child_process";

/** RHEL 8 has all of these (glibc 2.28, libstdc++ of GCC 8), and so has everything that Node 20 and libtorch run on. */
export const LIMITS = { GLIBC: "2.28", GLIBCXX: "3.4.22", CXXABI: "1.3.10", GCC: "7.0.0" };

/** Lines of `objdump` about the needed symbol versions above the limits, trimmed: they name symbol and version. */
export function tooNewSymbols(file, limits = LIMITS) {
  // -p lists the versions that the dynamic linker checks, -T which symbol needs which
  const dump = execFileSync("objdump", ["-p", "-T", file], { encoding: "utf8", maxBuffer: 1 << 28 });
  const families = Object.keys(limits).join("|");
  const version = new RegExp(`\\b(${families})_([\\w.]+)`);
  return dump.split("\n").flatMap((line) => {
    const [, family, needed] = version.exec(line) ?? [];
    return family === undefined || isAtMost(needed, limits[family]) ? [] : [line.trim()];
  });
}

/** Dotted numbers; a version that is a word (`ABI_DT_RELR`, `PRIVATE`) is above all numbers. */
export function isAtMost(version, limit) {
  if (!/^[\d.]+$/.test(version)) return false;
  const [a, b] = [version, limit].map((text) => text.split(".").map(Number));
  const different = a.findIndex((part, index) => part !== (b[index] ?? 0));
  return different === -1 || a[different] < (b[different] ?? 0);
}
