/** Loads platform checks, addon, libtorch, bootstrap, version check and core, in this order: each failure has its message. */
import { createRequire } from "node:module";
import { constants } from "node:os";
import { DeeplasiaError } from "../errors.js";
import { type Addon, addonError, compiledVersions, coreFor, findAddon } from "./addon.js";
import { checkVersion, INSTALL_REMEDY, libraryToOpen, problemError } from "./checkLibtorch.js";
import { requireLibtorch } from "./searchLibtorch.js";
import { assertPlatform } from "./system.js";

interface Bootstrap {
  /** Begins to open a libtorch on a thread of its own; `open` waits for the end. */
  openAhead(library: string): void;
  /** Loads one libtorch into the process. `version` is null if it is too old to report it. */
  open(library: string): { version: string | null; path: string };
}

/** A device of the machine. */
export interface DeviceFacts {
  /** `cpu`, `cuda:0`, … */
  name: string;
  /** Its name and memory. */
  description: string;
}

/** The functions of the core that describe it and its libtorch. */
export interface CoreFacts {
  /** Returns the libtorch version that the core is compiled for, and facts about the loaded one. */
  buildInfo(): { libtorchCompiled: string; hasCuda: boolean; cpuHasBf16: boolean; parallelInfo: string };
  devices(): DeviceFacts[];
}

/** Loads libtorch and the core, and returns the exports of the core. @throws DeeplasiaError with a remedy */
export function loadCore(): CoreFacts {
  assertPlatform();
  const addon = findAddon();
  const versions = compiledVersions(addon);
  const libtorch = requireLibtorch({ versions, headers: false });
  const version = openLibtorch(loadBootstrap(addon), libraryToOpen(libtorch));
  const [mismatch] = checkVersion({ directory: libtorch.directory, version }, versions);
  if (mismatch !== undefined) throw problemError(mismatch);
  return loadAddon(coreFor(addon, version).path);
}

/** Loads the addon that opens libtorch. @throws DeeplasiaError */
export function loadBootstrap(addon: Addon): Bootstrap {
  try {
    return createRequire(import.meta.url)(addon.bootstrap) as Bootstrap;
  } catch (error) {
    throw addonError(`${addon.bootstrap} cannot be loaded: ${(error as Error).message}`, error);
  }
}

function openLibtorch(bootstrap: Bootstrap, library: string): string | null {
  try {
    return bootstrap.open(library).version;
  } catch (error) {
    const { message } = error as Error;
    const remedy = message.includes("already")
      ? "A process can use one libtorch only: set DEEPLASIA_LIBTORCH to the first one, or use another process."
      : INSTALL_REMEDY;
    throw new DeeplasiaError("ERR_DEEPLASIA_LIBTORCH_BROKEN", `libtorch cannot be loaded: ${message}`, {
      file: library,
      remedy,
      cause: error,
    });
  }
}

function loadAddon(path: string): CoreFacts {
  const loaded = { exports: {} };
  try {
    process.dlopen(loaded, path, constants.dlopen.RTLD_NOW);
  } catch (error) {
    throw addonError(`${path} cannot be loaded: ${(error as Error).message}`, error);
  }
  return loaded.exports as CoreFacts;
}
