/**
 * Installs a libtorch into the cache of this package. It is made in a private folder and then renamed, so that the final
 * folder holds a complete, checked build or does not exist. No Python environment is changed.
 */

import { existsSync } from "node:fs";
import { mkdir, rename, rm, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { makeFolder } from "../files/makeFolder.js";
import { pathKind } from "../files/pathKind.js";
import { requireOptions } from "../schema/checkValue.js";
import { preferredVersion } from "./addon.js";
import { buildDirectory, cacheDirectory, cachedBuilds } from "./buildCache.js";
import { problemError } from "./checkLibtorch.js";
import { fetchNvidiaWheels, fetchTorchWheel, type WheelRequest } from "./download.js";
import type { InstallLibtorchOptions } from "./installLibtorchOptions.js";
import { type InstallProgress, installLibtorchOptions } from "./installOptions.js";
import { type Candidate, examine } from "./searchLibtorch.js";
import { assertPlatform } from "./system.js";
import { DEFAULT_LIBTORCH_VERSION, isVersion } from "./version.js";
import { ARCHIVE_REMEDY, readArchive, unpackWheel, unpackZip } from "./wheel.js";
import { clearAbandoned, createWorkspace } from "./workspace.js";

/** The sizes of an installation, for the question before it. */
export const INSTALL_SIZE = {
  cpu: "about 190 MB to download, 510 MB on disk",
  cuda: "about 2.7 GB to download, 4.2 GB on disk",
};

/** An installed libtorch. */
export interface Installed extends Candidate {
  /** Whether it was installed before. */
  wasPresent: boolean;
}

const COMPLETE = { versions: null, headers: true };

/**
 * Installs libtorch into the cache of this package: downloaded with pip, or from a file. No Python environment is changed.
 *
 * @returns The build, even if it was installed before.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _PLATFORM, _LIBTORCH_INSTALL, _OUTPUT; the signal's reason when it is
 *   aborted. The cache is then unchanged, except for partial downloads that the next call resumes.
 */
export async function installLibtorch(given: InstallLibtorchOptions = {}): Promise<Installed> {
  const options = requireOptions(installLibtorchOptions, given);
  assertPlatform();
  if (options.version !== undefined && !isVersion(options.version)) {
    const what = `version ${options.version} is not a version of PyTorch`;
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, {
      remedy: `Give one such as ${DEFAULT_LIBTORCH_VERSION}.`,
    });
  }
  const cache = options.cacheDirectory ?? cacheDirectory();
  const request = { ...options, version: options.version ?? preferredVersion() };
  const present = () =>
    options.from === undefined ? installedBuild(cache, request.version, request.cuda) : undefined;
  const before = present();
  if (before !== undefined) return { ...before, wasPresent: true };
  try {
    await clearAbandoned(cache);
    const workspace = await createWorkspace(cache);
    try {
      return await installInto(cache, workspace, request);
    } finally {
      await rm(workspace, { recursive: true, force: true });
    }
  } catch (error) {
    // Another installation may have finished at the same time and removed the shared download.
    const now = options.signal?.aborted ? undefined : present();
    if (now !== undefined) return { ...now, wasPresent: true };
    options.signal?.throwIfAborted();
    throw installError(error, cache);
  }
}

/**
 * Removes all builds and downloads from the cache of this package, and nothing else.
 *
 * @returns The folders of the removed builds.
 */
export async function removeLibtorch(cache = cacheDirectory()): Promise<string[]> {
  await clearAbandoned(cache);
  const builds = cachedBuilds(cache, false);
  if (builds.length > 0) {
    const workspace = await createWorkspace(cache);
    // Renames the builds first, so that a concurrent search sees a complete build or none.
    for (const [i, build] of builds.entries()) await rename(build, join(workspace, String(i)));
    await rm(workspace, { recursive: true, force: true });
  }
  await rm(join(cache, "downloads"), { recursive: true, force: true });
  return builds;
}

type Request = z.infer<typeof installLibtorchOptions> & { version: string };

async function installInto(cache: string, workspace: string, request: Request): Promise<Installed> {
  const { onProgress, signal } = request;
  const report = (phase: InstallProgress["phase"]) => (done: number, total: number) =>
    onProgress?.({ phase, done, total });
  const wheels: WheelRequest = {
    ...request,
    workspace,
    downloads: join(cache, "downloads"),
    onProgress: report("download"),
  };
  const given = request.from === undefined ? undefined : await existingFile(request.from);
  if (given === undefined) report("download")(0, 0);
  const torch = given ?? (await fetchTorchWheel(wheels));
  const disposable = given === undefined ? [torch] : [];
  const tree = join(workspace, "tree");
  await mkdir(tree);
  const unpacking = { onProgress: report("unpack"), signal };
  try {
    const facts = await readArchive(torch);
    if (request.cuda && facts.cuda === null) throw noCuda(facts.version);
    const nvidia = await fetchNvidiaWheels(facts.nvidia, wheels);
    disposable.push(...nvidia);
    await (facts.kind === "zip" ? unpackZip : unpackWheel)(torch, tree, unpacking);
    for (const wheel of nvidia) await unpackWheel(wheel, tree, unpacking);
    requireComplete(tree, torch);
    const placed = await place(tree, buildDirectory(cache, facts), workspace);
    await removeFiles(disposable);
    return placed;
  } catch (error) {
    // The next attempt must not reuse a damaged wheel.
    if (error instanceof DeeplasiaError && error.file !== undefined)
      await removeFiles(disposable.filter((f) => f === error.file));
    throw error;
  }
}

/** Checks that a complete libtorch was unpacked. The message names the archive, because the folder is removed. */
function requireComplete(tree: string, archive: string): void {
  const [problem] = examine("cache", tree, COMPLETE).problems;
  if (problem === undefined) return;
  const message = problem.message.replaceAll(tree, archive);
  throw problemError({ ...problem, message, remedy: ARCHIVE_REMEDY });
}

/** Renames the unpacked tree to its final name. If two installations finish together, the first one stays. */
async function place(tree: string, final: string, workspace: string): Promise<Installed> {
  await makeFolder(dirname(final));
  try {
    await rename(tree, final);
  } catch (error) {
    if (!isSystemError(error, "EEXIST", "ENOTEMPTY")) throw error;
    const present = examine("cache", final, COMPLETE);
    if (present.problems.length === 0) return { ...present, wasPresent: true };
    await rename(final, join(workspace, "replaced"));
    await rename(tree, final);
  }
  return { ...examine("cache", final, COMPLETE), wasPresent: false };
}

/** Returns a usable build in the cache with this version, with or without CUDA; undefined if there is none. */
function installedBuild(cache: string, version: string, cuda: boolean): Candidate | undefined {
  return cachedBuilds(cache, cuda)
    .map((build) => examine("cache", build, COMPLETE))
    .find(
      (build) =>
        build.problems.length === 0 &&
        (build.cuda !== null) === cuda &&
        [build.version, build.version?.replace(/\+.*/, "")].includes(version),
    );
}

async function existingFile(path: string): Promise<string> {
  if ((await pathKind(path)) === "file") return resolve(path);
  throw new DeeplasiaError("ERR_DEEPLASIA_LIBTORCH_INSTALL", `there is no file ${path}`, {
    file: path,
    remedy: "`from` takes a downloaded torch wheel for Linux or PyTorch's libtorch zip.",
  });
}

function noCuda(version: string): DeeplasiaError {
  return new DeeplasiaError(
    "ERR_DEEPLASIA_LIBTORCH_INSTALL",
    `the torch ${version} that was found is a build without CUDA`,
    {
      remedy: "Give PyTorch's index for your CUDA version as `indexUrl`, or a CUDA wheel as `from`.",
    },
  );
}

async function removeFiles(files: string[]): Promise<void> {
  for (const file of files) if (existsSync(file)) await unlink(file);
}

function installError(error: unknown, cache: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const isOurs = error instanceof DeeplasiaError && error.code !== "ERR_DEEPLASIA_OUTPUT";
  if (isOurs || code === undefined) return error;
  return new DeeplasiaError(
    "ERR_DEEPLASIA_LIBTORCH_INSTALL",
    `libtorch cannot be installed into ${cache}: ${message}`,
    {
      remedy: `Free some space, or set DEEPLASIA_CACHE to another directory (${INSTALL_SIZE.cpu}).`,
      cause: error,
    },
  );
}
