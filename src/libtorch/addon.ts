/** Finds the two addons and the libtorch version that they are compiled for. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import nodeGypBuild from "node-gyp-build";
import { DeeplasiaError } from "../errors.js";

/** The two addons. */
export interface Addon {
  /** Path of the N-API addon without libtorch symbols, which opens libtorch. */
  bootstrap: string;
  /** Path of the N-API addon linked to libtorch by soname. It loads only after the bootstrap has opened libtorch. */
  core: string;
  /** Whether it was built here or came with the package. */
  origin: "build/Release" | "prebuild";
  /** The libtorch version that the core is compiled for. */
  compiledFor: string;
}

/** The root folder of this package. */
export const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

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
  const core = join(directory, "deeplasia_core.so");
  if (!existsSync(core)) throw addonError(`${core} is missing beside ${bootstrap}`);
  const origin = directory.includes(`${sep}prebuilds${sep}`) ? "prebuild" : "build/Release";
  return { bootstrap, core, origin, compiledFor: readCompiledFor(join(directory, "deeplasia_core.json")) };
}

/** Returns the libtorch version that the addon is compiled for; null if there is no addon. */
export function compiledFor(): string | null {
  try {
    return findAddon().compiledFor;
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
