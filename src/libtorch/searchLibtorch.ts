/** Searches for libtorch. The loader, the build and `doctor` share this search. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { DeeplasiaError } from "../errors.js";
import { cacheDirectory, cachedBuilds } from "./buildCache.js";
import {
  checkLibtorch,
  INSTALL_REMEDY,
  type LibtorchFiles,
  type Problem,
  type Requirement,
} from "./checkLibtorch.js";
import { hasCudaDriver, libraryPath } from "./system.js";
import { readLibtorchVersion } from "./version.js";

/** Places of a libtorch, in the order in which they are tried. The first two are named by the user and never skipped. */
export type Source = "DEEPLASIA_LIBTORCH" | "LIBTORCH" | "python" | "system" | "cache";

/** A libtorch that was found. */
export interface Candidate extends LibtorchFiles {
  /** Where it was found. */
  source: Source;
  /** Why it cannot be used; empty if it can. */
  problems: Problem[];
}

/** A libtorch that can be used. */
export interface UsableCandidate extends Candidate {
  /** The folder of the shared libraries. */
  libraries: string;
}

/** The result of a search. */
export interface Search {
  /** In the order of the search; all of them, or up to the chosen one. */
  candidates: Candidate[];
  /** The one that is used; null if none can be. */
  chosen: UsableCandidate | null;
  /** Why this one, or none, was chosen. */
  why: string;
}

const SYSTEM_DIRECTORIES = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/local/lib",
  "/usr/local/libtorch",
  "/opt/libtorch",
];

/** Finds torch on `sys.path` without the current directory, which may hold another folder named `torch`. */
const FIND_TORCH = `
import sys; sys.path = [p for p in sys.path if p]
import importlib.util as u; s = u.find_spec("torch")
print(s.submodule_search_locations[0] if s and s.submodule_search_locations else "")`;

/** Answers of Python by PATH, because a command asks twice: before and while loading. */
const answers = new Map<string, string | null>();

/** Returns the torch directory of the active Python without importing torch; null if there is none. */
function pythonTorch(): string | null {
  const path = process.env.PATH ?? "";
  if (!answers.has(path)) answers.set(path, askPython());
  return answers.get(path) ?? null;
}

const PYTHONS = ["python3", "python"];
const PYTHON_TIMEOUT = { encoding: "utf8", timeout: 20_000 } as const;

function askPython(): string | null {
  for (const python of PYTHONS) {
    const { status, stdout } = spawnSync(python, ["-c", FIND_TORCH], PYTHON_TIMEOUT);
    if (status === 0) return stdout.trim() || null;
  }
  return null;
}

let isAsked: Promise<void> = Promise.resolve();

/** Begins to ask Python, if a search will: the program loads meanwhile. */
export function askPythonAhead(): Promise<void> {
  if (process.env.DEEPLASIA_LIBTORCH || process.env.LIBTORCH) return isAsked;
  const path = process.env.PATH ?? "";
  isAsked = askPythonMeanwhile().then((answer) => {
    answers.set(path, answer);
  });
  return isAsked;
}

/** Settles when Python has answered what it was asked ahead. */
export function pythonAnswered(): Promise<void> {
  return isAsked;
}

async function askPythonMeanwhile(): Promise<string | null> {
  for (const python of PYTHONS) {
    const answer = await promisify(execFile)(python, ["-c", FIND_TORCH], PYTHON_TIMEOUT).catch(() => null);
    if (answer !== null) return answer.stdout.trim() || null;
  }
  return null;
}

/** Yields the places to search, lazily, because asking Python costs a process. */
function* places(): Generator<{ source: Source; directory: string }> {
  for (const source of ["DEEPLASIA_LIBTORCH", "LIBTORCH"] as const) {
    const named = process.env[source];
    if (named) yield { source, directory: resolve(named) };
  }
  const python = pythonTorch();
  if (python !== null) yield { source: "python", directory: python };
  for (const directory of [...libraryPath(), ...SYSTEM_DIRECTORIES]) {
    if (layout(directory).libraries !== null) yield { source: "system", directory };
  }
  for (const build of cachedBuilds(cacheDirectory(), hasCudaDriver()))
    yield { source: "cache", directory: build };
}

/** Returns the torch directory and its libraries, given that directory, its parent (in a wheel or zip) or its lib/. */
function layout(named: string): { directory: string; libraries: string | null } {
  for (const directory of [named, join(named, "torch"), join(named, "libtorch")]) {
    const libraries = join(directory, "lib");
    if (existsSync(join(libraries, "libtorch_cpu.so"))) return { directory, libraries };
  }
  if (!existsSync(join(named, "libtorch_cpu.so"))) return { directory: named, libraries: null };
  return { directory: basename(named) === "lib" ? dirname(named) : named, libraries: named };
}

/** Examines a directory: what it holds, and what prevents it from being used as required. */
export function examine(source: Source, named: string, required: Requirement): Candidate {
  const { directory, libraries } = layout(named);
  const files: LibtorchFiles = {
    directory,
    libraries,
    ...(readLibtorchVersion(directory) ?? { version: null, cuda: null }),
    headers: libraries === join(directory, "lib") && existsSync(join(directory, "include/torch/script.h")),
  };
  // A libtorch that the user names may not state its version in a file; the loader compares again after loading it.
  const versions = isNamed(source) && files.version === null ? null : required.versions;
  return { source, ...files, problems: checkLibtorch(files, { ...required, versions }) };
}

/** Returns whether the user named this source. Such a libtorch is used or refused, but never skipped. */
export function isNamed(source: Source): boolean {
  return source === "DEEPLASIA_LIBTORCH" || source === "LIBTORCH";
}

/** Searches for a libtorch. @param all whether to examine the candidates after the chosen one too, for a report */
export function searchLibtorch(required: Requirement, { all = false } = {}): Search {
  const candidates: Candidate[] = [];
  let decided: Candidate | undefined;
  for (const { source, directory } of places()) {
    const candidate = examine(source, directory, required);
    candidates.push(candidate);
    if (candidate.problems.length === 0 || isNamed(source)) decided ??= candidate;
    if (decided !== undefined && !all) break;
  }
  if (decided === undefined) return { candidates, chosen: null, why: explainNone(candidates) };
  const { source, problems } = decided;
  if (problems.length > 0)
    return { candidates, chosen: null, why: `${source} names a libtorch that cannot be used` };
  const rank = candidates.indexOf(decided);
  const why = isNamed(source)
    ? `${source} names it`
    : `it is the first usable one${rank > 0 ? `; ${rank} skipped` : ""}`;
  return { candidates, chosen: decided as Search["chosen"], why };
}

function explainNone(candidates: Candidate[]): string {
  return candidates.length === 0 ? "no libtorch was found" : "none of the libtorch builds found can be used";
}

/** Returns the libtorch to use. @throws DeeplasiaError, which lists what was found and why it cannot be used. */
export function requireLibtorch(required: Requirement): Candidate & { libraries: string } {
  const { candidates, chosen } = searchLibtorch(required);
  if (chosen !== null) return chosen;
  const rejected = candidates.at(-1);
  if (rejected !== undefined && isNamed(rejected.source)) {
    const { code, message, remedy } = rejected.problems[0]!;
    throw new DeeplasiaError(code, `${rejected.source}: ${message}`, {
      file: rejected.directory,
      remedy: `Unset ${rejected.source}, or set it to the directory that holds lib/libtorch_cpu.so; or: ${remedy}`,
    });
  }
  const problems = candidates.flatMap((candidate) => candidate.problems);
  const [only] = problems;
  if (only === undefined) {
    throw new DeeplasiaError("ERR_DEEPLASIA_LIBTORCH_MISSING", explainNone([]), { remedy: INSTALL_REMEDY });
  }
  const reasons = problems.map((problem) => `\n  - ${problem.message}`).join("");
  throw new DeeplasiaError(only.code, `${explainNone(candidates)}:${reasons}`, { remedy: only.remedy });
}
