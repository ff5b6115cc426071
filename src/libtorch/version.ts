/** Versions of libtorch: the one that the package is made for, and those that are found. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The libtorch that the package is developed, tested and prebuilt with. The one place that says so. */
export const DEFAULT_LIBTORCH_VERSION = "2.13.0";

export interface LibtorchVersion {
  /** As the build names itself, `2.13.0+cpu`. */
  version: string;
  /** CUDA toolkit of the build, `13.0`; null for a build without CUDA. */
  cuda: string | null;
}

/** A version as Python's packages have it: `2.13.0`, `2.14.0a0+git1a2b3c`. It becomes the name of a folder. */
const VERSION = /^\d+(\.\d+)+((a|b|rc)\d+)?(\.(post|dev)\d+)*(\+[a-z0-9]+([._-][a-z0-9]+)*)?$/i;
const CUDA_VERSION = /^\d+(\.\d+)*$/;

/** Whether a text is a version and nothing else, no path and no address. */
export const isVersion = (text: string) => VERSION.test(text);

/** What an archive says of its version is whatever its maker wrote. Throws Error where it is none. */
export function requireVersion(found: LibtorchVersion): LibtorchVersion {
  const { version, cuda } = found;
  if (!isVersion(version)) throw new Error(`${JSON.stringify(version)} is no version`);
  if (cuda !== null && !CUDA_VERSION.test(cuda))
    throw new Error(`${JSON.stringify(cuda)} is no version of CUDA`);
  return found;
}

/** `2.13` of `2.13.0+cpu`; null where there is no such number. */
export function minorVersion(version: string): string | null {
  return /^\d+\.\d+(?=\.|\+|$)/.exec(version)?.[0] ?? null;
}

/**
 * Whether a core compiled for one version may run on the other. Vtables shift between minor versions without an
 * undefined symbol, so that skew loads in silence and corrupts later; patch releases keep the ABI.
 */
export function isCompatible(a: string, b: string): boolean {
  const minor = minorVersion(a);
  return minor !== null && minor === minorVersion(b);
}

/** `cpu` or `cu130`, the build's name in PyTorch's own spelling. */
export function buildTag(cuda: string | null): string {
  return cuda === null ? "cpu" : `cu${cuda.replace(".", "")}`;
}

/** CUDA version named by a local version label: `2.13.0+cu130` -> `13.0`. */
function cudaOfLabel(version: string): string | null {
  const digits = /\+cu(\d{2,})$/.exec(version)?.[1];
  return digits === undefined ? null : `${digits.slice(0, -1)}.${digits.slice(-1)}`;
}

/** The version in the text of a wheel's `torch/version.py`; null where it holds none. */
export function parseVersionPy(text: string): LibtorchVersion | null {
  const version = /^__version__\s*=\s*['"]([^'"]+)['"]/m.exec(text)?.[1];
  if (version === undefined) return null;
  const cuda = /^cuda\b[^=\n]*=\s*['"]([^'"]+)['"]/m.exec(text)?.[1];
  return { version, cuda: cuda ?? cudaOfLabel(version) };
}

/** The version in the text of `build-version`, the file of PyTorch's own zip; null where it holds none. */
export function parseBuildVersion(text: string): LibtorchVersion | null {
  const version = text.trim();
  return minorVersion(version) === null ? null : { version, cuda: cudaOfLabel(version) };
}

/** The version in a header that C++ code of this libtorch is compiled with; says nothing of CUDA. */
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

/** Version of the libtorch in a directory that holds lib/ and include/, without loading it; null where unknown. */
export function readLibtorchVersion(directory: string): LibtorchVersion | null {
  for (const [file, parse] of SOURCES) {
    try {
      const found = parse(readFileSync(join(directory, file), "utf8"));
      if (found !== null) return found;
    } catch {
      // not this kind of build: the next file tells
    }
  }
  return null;
}
