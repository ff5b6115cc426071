/** Disks that are full or read-only: a tmpfs of the test's own. Mounting needs root; such tests are skipped without. */
import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./temporary.js";

export const canMount = mountWorks();

function mountWorks(): boolean {
  if (process.getuid?.() !== 0) return false;
  const trial = "d=$(mktemp -d) && mount -t tmpfs -o size=4k none $d && umount $d && rmdir $d";
  try {
    execFileSync("sh", ["-c", trial], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Mount a file system with the given options (`size=16k`, `ro`); it is unmounted when the test ends. Returns its folder. */
export async function mountTmpfs(options: string): Promise<string> {
  const folder = join(await temporaryFolder(), "disk");
  await mkdir(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "none", folder]);
  onTestFinished(() => {
    execFileSync("umount", ["-l", folder]);
  });
  return folder;
}

/** Give a mounted file system another size. */
export function resize(folder: string, size: string): void {
  execFileSync("mount", ["-o", `remount,size=${size}`, folder]);
}
