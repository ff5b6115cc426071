/** Facts about the machine that decide whether libtorch can run on it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DeeplasiaError } from "../errors.js";

/** Directories that the dynamic loader searches by itself. */
const LOADER_DIRECTORIES = [
  "/lib64",
  "/usr/lib64",
  "/lib/x86_64-linux-gnu",
  "/usr/lib/x86_64-linux-gnu",
  "/lib/aarch64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/lib",
  "/usr/lib",
];

/** Returns the version of glibc, `2.36`; null on a system with another C library (musl). */
export function glibcVersion(): string | null {
  // @ts-expect-error newer than the types. Otherwise the report looks up names of network peers, which can hang.
  process.report.excludeNetwork = true;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime ?? null;
}

/** Checks the platform. @throws DeeplasiaError if no build of libtorch can run on it */
export function assertPlatform(): void {
  const target = `${process.platform}-${process.arch}`;
  if (target !== "linux-x64" && target !== "linux-arm64") {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_PLATFORM",
      `deeplasia-native runs on Linux (x64, arm64), not on ${target}`,
      {
        remedy: "Use a Linux machine or container, for example the image node:22-bookworm-slim.",
      },
    );
  }
  if (glibcVersion() === null) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_PLATFORM",
      "libtorch needs glibc, and this system has another C library (musl)",
      {
        remedy: "Use a system with glibc, for example the image node:22-bookworm-slim.",
      },
    );
  }
}

/** Returns the directories of LD_LIBRARY_PATH. */
export function libraryPath(): string[] {
  return (process.env.LD_LIBRARY_PATH ?? "").split(":").filter(Boolean);
}

/** Returns whether the dynamic loader finds a library with this soname outside libtorch's own directories. */
export function hasSystemLibrary(soname: string): boolean {
  if ([...libraryPath(), ...LOADER_DIRECTORIES].some((directory) => existsSync(join(directory, soname))))
    return true;
  try {
    // The loader's cache holds the sonames as NUL-terminated strings.
    return readFileSync("/etc/ld.so.cache").includes(`${soname}\0`);
  } catch {
    return false;
  }
}

/** Returns whether NVIDIA's driver is installed. Without it a CUDA build runs on the CPU only. */
export function hasCudaDriver(): boolean {
  return hasSystemLibrary("libcuda.so.1");
}
