/** Finds the addons and the libtorch versions that they are compiled for. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import nodeGypBuild from "node-gyp-build";
import { DeeplasiaError } from "../errors.js";
import { DEFAULT_LIBTORCH_VERSION, isCompatible, newestFirst } from "./version.js";

/** The N-API addon that is linked to libtorch by soname. It loads only after the bootstrap has opened libtorch. */
export interface Core {
  /** Path of the addon. */
  path: string;
  /** The libtorch version that it is compiled for; it works with this minor version alone. */
  compiledFor: string;
}

/** The bootstrap and its cores. */
export interface Addon {
  /** Path of the N-API addon without libtorch symbols, which opens libtorch. */
  bootstrap: string;
  /** One for each minor version of libtorch, newest first; at least one. */
  cores: Core[];
  /** Whether it was built here or came with the package. */
  origin: "build/Release" | "prebuild";
}

/** The root folder of this package. */
export const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

const CORE = "deeplasia_core.so";

/** Finds the addons. @throws DeeplasiaError, which names the folders that were searched. */
export function findAddon(root = packageRoot): Addon {
  let bootstrap: string;
  try {
    bootstrap = nodeGypBuild.path(root);
  } catch (cause) {
    const places = [
      join(root, "build/Release"),
      join(root, "prebuilds", `${process.platform}-${process.arch}`),
    ];
    throw addonError(`there is no native addon for this system: no *.node in ${places.join(" or ")}`, cause);
  }
  const directory = dirname(bootstrap);
  const origin = directory.includes(`${sep}prebuilds${sep}`) ? "prebuild" : "build/Release";
  return { bootstrap, cores: findCores(directory), origin };
}

/** A build of this machine has one core, beside the bootstrap; prebuilds have a folder for each minor version. */
function findCores(directory: string): Core[] {
  const folders = readdirSync(directory).filter((name) => /^libtorch-\d+\.\d+$/.test(name));
  const cores = ["", ...folders]
    .map((name) => join(directory, name))
    .filter((folder) => existsSync(join(folder, CORE)))
    .map((folder) => ({
      path: join(folder, CORE),
      compiledFor: readCompiledFor(join(folder, "deeplasia_core.json")),
    }));
  if (cores.length === 0)
    throw addonError(`${join(directory, CORE)} is missing, and there is no libtorch-*/${CORE} beside it`);
  return cores.sort((a, b) => newestFirst(a.compiledFor, b.compiledFor));
}

/** Returns the versions that the cores are compiled for. */
export function compiledVersions({ cores }: Addon): string[] {
  return cores.map(({ compiledFor }) => compiledFor);
}

/** Returns the core for a libtorch; where none fits and the check of versions is off, the one for the usual libtorch. */
export function coreFor({ cores }: Addon, version: string | null): Core {
  const fitting = (wanted: string) => cores.find(({ compiledFor }) => isCompatible(compiledFor, wanted));
  return fitting(version ?? "") ?? fitting(DEFAULT_LIBTORCH_VERSION) ?? cores[0]!;
}

/** Returns the versions that the addon is compiled for; null if there is no addon. */
export function compiledFor(): string[] | null {
  return findIfThere((addon) => compiledVersions(addon));
}

/** Returns the version to install: the usual one where the addon is compiled for it or is not there, else its newest. */
export function preferredVersion(): string {
  return (
    findIfThere((addon) => coreFor(addon, DEFAULT_LIBTORCH_VERSION).compiledFor) ?? DEFAULT_LIBTORCH_VERSION
  );
}

function findIfThere<T>(use: (addon: Addon) => T): T | null {
  try {
    return use(findAddon());
  } catch (error) {
    if (error instanceof DeeplasiaError) return null;
    throw error;
  }
}

function readCompiledFor(file: string): string {
  try {
    const { libtorch } = JSON.parse(readFileSync(file, "utf8")) as { libtorch?: unknown };
    if (typeof libtorch === "string") return libtorch;
    throw new Error("no member libtorch");
  } catch (cause) {
    throw addonError(`${file}, which names the libtorch version of the addon, cannot be read`, cause);
  }
}

/** Returns an error about the addons, with the remedy to build or install them. */
export function addonError(message: string, cause?: unknown): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_ADDON", message, {
    remedy:
      "In a clone of the repository: npm run build. As a dependency: npm install deeplasia-native again.",
    cause,
  });
}
