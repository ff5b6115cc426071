/** Finds what is wrong with a libtorch by reading its files, because loading a broken one could kill the process. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { DeeplasiaError, type ErrorCode } from "../errors.js";
import { readSharedLibrary } from "./elf.js";
import { hasCudaDriver, hasSystemLibrary } from "./system.js";
import { isAtLeast, isCompatible } from "./version.js";

export const INSTALL_COMMAND = "npx deeplasia-native libtorch install";
/** The remedy that it is. */
export const INSTALL_REMEDY = `Run \`${INSTALL_COMMAND}\`.`;
/** Environment variable that accepts a libtorch of another version, at the user's own risk. */
const SKIP_VERSION_CHECK = "DEEPLASIA_SKIP_VERSION_CHECK";
/** Environment variable: `1` does not load CUDA even if it would work; `0` loads it even if no driver is found. */
const CPU_ONLY = "DEEPLASIA_LIBTORCH_CPU_ONLY";

/** A libtorch on disk, as far as it is known without loading it. */
export interface LibtorchFiles {
  /** The torch directory; headers are in its include/. */
  directory: string;
  /** The folder of the shared libraries; null if there are none. */
  libraries: string | null;
  /** Null if no file states it. */
  version: string | null;
  /** Version of CUDA; null for a build without CUDA. */
  cuda: string | null;
  /** Whether it has the headers for compiling C++ code. */
  headers: boolean;
}

/** A reason why a libtorch cannot be used. */
export interface Problem {
  /** Code of the error, `ERR_DEEPLASIA_…`. */
  code: ErrorCode;
  /** What is wrong. */
  message: string;
  /** What to do. */
  remedy: string;
}

/** What a libtorch must have. */
export interface Requirement {
  /** The versions that the addon is compiled for, of which one must fit; null for any. */
  versions: readonly string[] | null;
  /** The oldest minor version that is enough, as for building; absent for any. */
  oldest?: string;
  /** Whether headers are needed, as for building. */
  headers: boolean;
}

/** Returns a problem as an error. */
export function problemError({ code, message, remedy }: Problem): DeeplasiaError {
  return new DeeplasiaError(code, message, { remedy });
}

/** Returns whether to load the CUDA libraries of this build. Without a driver they would only cost 290 MB of memory. */
export function wantsCuda(libtorch: { cuda: string | null }): boolean {
  const choice = process.env[CPU_ONLY];
  if (libtorch.cuda === null || choice === "1") return false;
  return choice === "0" || hasCudaDriver();
}

/** Returns the one library to open; it loads all others by their run paths. */
export function libraryToOpen(libtorch: LibtorchFiles & { libraries: string }): string {
  return join(libtorch.libraries, wantsCuda(libtorch) ? "libtorch.so" : "libtorch_cpu.so");
}

/** Returns everything that prevents this libtorch from being used as required; empty if it is usable. */
export function checkLibtorch(libtorch: LibtorchFiles, required: Requirement): Problem[] {
  const { libraries } = libtorch;
  if (libraries === null) {
    const message = existsSync(libtorch.directory)
      ? `${libtorch.directory} holds no libtorch: there is no lib/libtorch_cpu.so in it`
      : `${libtorch.directory} does not exist`;
    return [{ code: "ERR_DEEPLASIA_LIBTORCH_MISSING", message, remedy: INSTALL_REMEDY }];
  }
  return [
    ...checkVersion(libtorch, required.versions),
    ...checkAge(libtorch, required.oldest),
    ...checkLibraries({ ...libtorch, libraries }),
    ...(required.headers && !libtorch.headers ? [noHeaders(libtorch)] : []),
  ];
}

/** Compares the version that was found with those that the addon is compiled for. */
export function checkVersion(
  { directory, version }: { directory: string; version: string | null },
  compiledFor: readonly string[] | null,
): Problem[] {
  if (compiledFor === null || process.env[SKIP_VERSION_CHECK] === "1") return [];
  if (version !== null && compiledFor.some((own) => isCompatible(version, own))) return [];
  const found = version === null ? "has an unknown version" : `is version ${version}`;
  return [
    {
      code: "ERR_DEEPLASIA_LIBTORCH_VERSION",
      message: `the libtorch in ${directory} ${found}, but the addon is compiled for ${listed(compiledFor)}`,
      remedy: `Run \`${INSTALL_COMMAND}\`, or set ${SKIP_VERSION_CHECK}=1 at your own risk.`,
    },
  ];
}

/** Finds a libtorch that is too old for the sources of the addon. */
function checkAge(
  { directory, version }: { directory: string; version: string | null },
  oldest: string | undefined,
): Problem[] {
  if (oldest === undefined || version === null || isAtLeast(version, oldest)) return [];
  return [
    {
      code: "ERR_DEEPLASIA_LIBTORCH_VERSION",
      message: `the libtorch in ${directory} is version ${version}, but the addon needs ${oldest} or newer`,
      remedy: INSTALL_REMEDY,
    },
  ];
}

/** Returns `2.14.1, 2.13.0 and 2.9.1`. */
function listed(versions: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(versions);
}

function noHeaders(libtorch: LibtorchFiles): Problem {
  return {
    code: "ERR_DEEPLASIA_LIBTORCH_BROKEN",
    message: `the libtorch in ${libtorch.directory} has no headers (include/torch/script.h), which building needs`,
    remedy: INSTALL_REMEDY,
  };
}

function checkLibraries(libtorch: LibtorchFiles & { libraries: string }): Problem[] {
  const names = ["libc10.so", "libtorch_cpu.so"];
  if (wantsCuda(libtorch)) names.push("libc10_cuda.so", "libtorch_cuda.so", "libtorch.so");
  return names.flatMap((name) => checkLibrary(join(libtorch.libraries, name)));
}

function checkLibrary(path: string): Problem[] {
  const broken = (message: string, remedy = INSTALL_REMEDY): Problem[] => [
    { code: "ERR_DEEPLASIA_LIBTORCH_BROKEN", message, remedy },
  ];
  if (!existsSync(path)) return broken(`${path} is missing`);
  try {
    const library = readSharedLibrary(path);
    if (library.architecture !== process.arch) {
      return broken(`${path} is for ${library.architecture}, but this Node is for ${process.arch}`);
    }
    const missing = library.needed.filter(
      (soname) =>
        !library.runPath.some((directory) => existsSync(join(directory, soname))) &&
        !hasSystemLibrary(soname),
    );
    return missing.flatMap((soname) =>
      broken(`${path} needs ${soname}, which was not found`, remedyFor(soname)),
    );
  } catch (error) {
    return broken(`${path} ${(error as Error).message}`);
  }
}

/** Returns how a missing library is installed. */
function remedyFor(soname: string): string {
  if (soname.startsWith("libgomp.so"))
    return "Run `apt-get install libgomp1` (Debian, Ubuntu), or elsewhere `dnf install libgomp`.";
  if (/^lib(cu|nv|nccl)/.test(basename(soname))) {
    return `This CUDA build lacks its nvidia packages: run \`${INSTALL_COMMAND} --cuda\`, or without the option for the CPU build.`;
  }
  return INSTALL_REMEDY;
}
