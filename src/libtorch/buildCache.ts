/** The cache of libtorch builds: <cache>/libtorch/<version>-<cpu|cu130>/torch. */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { buildTag, type LibtorchVersion } from "./version.js";

/** Returns `DEEPLASIA_CACHE`, else `$XDG_CACHE_HOME/deeplasia-native`, else `~/.cache/deeplasia-native`. */
export function cacheDirectory(): string {
  const { DEEPLASIA_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return resolve(own);
  return join(shared ? resolve(shared) : join(homedir(), ".cache"), "deeplasia-native");
}

/** Returns the folder of one build in the cache; its subfolder `torch` is the torch directory. */
export function buildDirectory(cache: string, { version, cuda }: LibtorchVersion): string {
  return join(cache, "libtorch", `${version.replace(/\+.*/, "")}-${buildTag(cuda)}`);
}

/**
 * Lists the builds in the cache, best first: the newest version, and among builds of one version the CUDA build if
 * `preferCuda`. Leaves out folders of unfinished installations, which begin with a dot.
 */
export function cachedBuilds(cache: string, preferCuda: boolean): string[] {
  let names: string[];
  try {
    names = readdirSync(join(cache, "libtorch")).filter((name) => /^\d[^-]*-(cpu|cu\d+)$/.test(name));
  } catch {
    return [];
  }
  const isCuda = (name: string) => !name.endsWith("-cpu");
  const order = new Intl.Collator("en", { numeric: true });
  const version = (name: string) => name.slice(0, name.lastIndexOf("-"));
  return names
    .sort(
      (a, b) =>
        order.compare(version(b), version(a)) ||
        (isCuda(b) === isCuda(a) ? order.compare(b, a) : isCuda(b) === preferCuda ? 1 : -1),
    )
    .map((name) => join(cache, "libtorch", name));
}
