/**
 * zlib for the native code. Node has it built in and exports its functions, so that the addon needs no library of its
 * own; a plain program (core_test, the fuzzer) links the system's libz.so.1. What is left to find are two headers: Node's
 * own lie beside it, except where a distribution packages them apart.
 *
 *   node scripts/zlib.mjs FOLDER    copies zlib.h and zconf.h to the folder: of the rest of theirs nothing is included
 */
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { runAsScript, SetupError } from "./steps.mjs";

const HEADERS = ["zlib.h", "zconf.h"];
const FOLDERS = [
  resolve(process.execPath, "../../include/node"),
  "/usr/local/include",
  "/usr/include",
  `/usr/include/${{ x64: "x86_64", arm64: "aarch64" }[process.arch]}-linux-gnu`,
];

/** Flag with which the linker finds the system's zlib by its run-time library, without the package that has its headers. */
export const LINK_SYSTEM_ZLIB = "-l:libz.so.1";

/** @throws SetupError where a header is nowhere */
export function copyZlibHeaders(target) {
  mkdirSync(target, { recursive: true });
  for (const header of HEADERS) {
    const found = FOLDERS.map((folder) => join(folder, header)).find((path) => existsSync(path));
    if (found === undefined)
      throw new SetupError(
        `building the addon needs ${header} of zlib, not found in ${FOLDERS.join(", ")}.\n` +
          "  Node from nodejs.org or NodeSource brings it; beside another Node install it:\n" +
          "  Debian, Ubuntu: apt-get install zlib1g-dev\n" +
          "  RHEL, Rocky, Fedora: dnf install zlib-devel",
      );
    copyFileSync(found, join(target, header));
  }
}

await runAsScript(import.meta.url, () => copyZlibHeaders(resolve(process.argv[2])));
