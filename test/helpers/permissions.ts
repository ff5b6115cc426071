/** Runs work without root's privileges, if the tests run as root. */
import { readdirSync } from "node:fs";
import { chown } from "node:fs/promises";
import { join } from "node:path";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

/**
 * Runs `work` as an ordinary user who owns the folder and all that is in it. As root this changes the user of the whole
 * process, so one test of a file at a time may use it (vitest's tests of a file run one after another).
 */
export async function asOrdinaryUser<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (!isRoot) return work();
  const inside = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const path of ["", ...inside]) await chown(join(folder, path), NOBODY, NOBODY);
  process.seteuid!(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

/**
 * A command that runs without root's right to ignore permissions. It is still root's own process otherwise: libtorch in
 * root's cache, which nobody else may read, is found.
 */
export function withPermissions(command: string, args: readonly string[]): [string, string[]] {
  if (!isRoot) return [command, [...args]];
  return ["setpriv", ["--bounding-set=-dac_override,-dac_read_search", command, ...args]];
}
