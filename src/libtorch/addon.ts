/** The pair of addons: where it lies and which libtorch it was compiled for. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import nodeGypBuild from "node-gyp-build";
import { DeeplasiaError } from "../errors.js";

export interface Addon {
  /** N-API addon without libtorch symbols that opens libtorch. */
  bootstrap: string;
  /** N-API addon linked to libtorch by soname; loads only after the bootstrap has opened one. */
  core: string;
  origin: "build/Release" | "prebuild";
  /** Version of libtorch that the core was compiled for. */
  compiledFor: string;
}

export const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

/** @throws DeeplasiaError that says which files were looked for. */
export function findAddon(root = packageRoot): Addon {
  let bootstrap: string;
  try {
    bootstrap = nodeGypBuild.path(root);
  } catch (cause) {
    const places = [
      join(root, "build/Release"),
      join(root, "prebuilds", `${process.platform}-${process.arch}`),
    ];
    throw addonError(`no native addon for this system: no *.node in ${places.join(" or ")}`, cause);
  }
  const directory = dirname(bootstrap);
  const core = join(directory, "deeplasia_core.so");
  if (!existsSync(core)) throw addonError(`${core} is missing beside ${bootstrap}`);
  const origin = directory.includes(`${sep}prebuilds${sep}`) ? "prebuild" : "build/Release";
  return { bootstrap, core, origin, compiledFor: readCompiledFor(join(directory, "deeplasia_core.json")) };
}

/** The version of libtorch that the addon was compiled for; null where there is no addon. */
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
    throw addonError(`${file}, which says which libtorch the addon was compiled for, cannot be read`, cause);
  }
}

export function addonError(message: string, cause?: unknown): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_ADDON", message, {
    remedy:
      "In a clone of the repository: npm run build. As a dependency: npm install deeplasia-native again.",
    cause,
  });
}
