/** Versions of libtorch: the one that this package is made for, and those that are found. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The libtorch version that this package is developed and tested with, and installs. It is set here alone. */
export const DEFAULT_LIBTORCH_VERSION = "2.13.0";

/** The oldest minor version of libtorch that the native sources compile against. */
export const OLDEST_LIBTORCH = "2.9";

/** The version of a libtorch. */
export interface LibtorchVersion {
  /** The full version, `2.13.0+cpu`. */
  version: string;
  /** CUDA toolkit of the build, `13.0`; null for a build without CUDA. */
  cuda: string | null;
}

/** Matches a version of a Python package: `2.13.0`, `2.14.0a0+git1a2b3c`. Versions become names of folders. */
const VERSION = /^\d+(\.\d+)+((a|b|rc)\d+)?(\.(post|dev)\d+)*(\+[a-z0-9]+([._-][a-z0-9]+)*)?$/i;
const CUDA_VERSION = /^\d+(\.\d+)*$/;

/** Returns whether a text is a version, and not a path or an address. */
export const isVersion = (text: string) => VERSION.test(text);

/** Checks the version that an archive states, because its author may have written anything. Throws Error if it is invalid. */
export function requireVersion(found: LibtorchVersion): LibtorchVersion {
  const { version, cuda } = found;
  if (!isVersion(version)) throw new Error(`${JSON.stringify(version)} is not a version`);
  if (cuda !== null && !CUDA_VERSION.test(cuda))
    throw new Error(`${JSON.stringify(cuda)} is not a version of CUDA`);
  return found;
}

/** Returns the minor version, `2.13` for `2.13.0+cpu`; null if there is none. */
export function minorVersion(version: string): string | null {
  return /^\d+\.\d+(?=\.|\+|$)/.exec(version)?.[0] ?? null;
}

/**
 * Returns whether a core that is compiled for one version may run on the other. Patch releases keep the ABI. Between minor
 * versions vtables change without undefined symbols, so a mismatch would load silently and corrupt memory later.
 */
export function isCompatible(a: string, b: string): boolean {
  const minor = minorVersion(a);
  return minor !== null && minor === minorVersion(b);
}

/** Returns whether a version is of this minor version or of a newer one; `false` for what is no version. */
export function isAtLeast(version: string, oldest: string): boolean {
  const parts = [version, oldest].map((text) => minorVersion(text)?.split(".").map(Number) ?? [0, 0]);
  const [[major, minor], [oldestMajor, oldestMinor]] = parts as [[number, number], [number, number]];
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** Orders versions newest first, for `sort`. */
export function newestFirst(a: string, b: string): number {
  return new Intl.Collator("en", { numeric: true }).compare(b, a);
}

/** Returns the name of the build as PyTorch spells it: `cpu` or `cu130`. */
export function buildTag(cuda: string | null): string {
  return cuda === null ? "cpu" : `cu${cuda.replace(".", "")}`;
}

/** Returns the CUDA version in a local version label: `13.0` for `2.13.0+cu130`. */
function cudaOfLabel(version: string): string | null {
  const digits = /\+cu(\d{2,})$/.exec(version)?.[1];
  return digits === undefined ? null : `${digits.slice(0, -1)}.${digits.slice(-1)}`;
}

/** Parses the version in a wheel's `torch/version.py`; null if it holds none. */
export function parseVersionPy(text: string): LibtorchVersion | null {
  const version = /^__version__\s*=\s*['"]([^'"]+)['"]/m.exec(text)?.[1];
  if (version === undefined) return null;
  const cuda = /^cuda\b[^=\n]*=\s*['"]([^'"]+)['"]/m.exec(text)?.[1];
  return { version, cuda: cuda ?? cudaOfLabel(version) };
}

/** Parses the version in `build-version` of PyTorch's zip; null if it holds none. */
export function parseBuildVersion(text: string): LibtorchVersion | null {
  const version = text.trim();
  return minorVersion(version) === null ? null : { version, cuda: cudaOfLabel(version) };
}

/** Parses the version in a header of libtorch, which does not state the CUDA version. */
function parseVersionHeader(text: string): LibtorchVersion | null {
  const parts = ["MAJOR", "MINOR", "PATCH"].map(
    (part) => text.match(`define TORCH_VERSION_${part} +(\\d+)`)?.[1],
  );
  return parts.includes(undefined) ? null : { version: parts.join("."), cuda: null };
}

const SOURCES = [
  ["version.py", parseVersionPy],
  ["build-version", parseBuildVersion],
  ["include/torch/headeronly/version.h", parseVersionHeader],
  ["include/torch/csrc/api/include/torch/version.h", parseVersionHeader],
] as const;

/** Reads the version of the libtorch in a directory with lib/ and include/, without loading it; null if unknown. */
export function readLibtorchVersion(directory: string): LibtorchVersion | null {
  for (const [file, parse] of SOURCES) {
    try {
      const found = parse(readFileSync(join(directory, file), "utf8"));
      if (found !== null) return found;
    } catch {
      // Another kind of build, which has one of the next files.
    }
  }
  return null;
}
