/** Tests on a real cluster, which are skipped if none answers. */
import { spawnSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { describe } from "vitest";

const hasCluster = () => / is UP/.test(spawnSync("scontrol", ["ping"], { encoding: "utf8" }).stdout ?? "");

/** A `describe` for tests that submit jobs; its name has the reason if it is skipped. */
export function describeOnCluster(name: string, tests: () => void): void {
  const isThere = hasCluster();
  describe.skipIf(!isThere)(
    isThere ? name : `${name} (skipped: no SLURM cluster answers scontrol ping)`,
    tests,
  );
}

/** Polls until `look` returns something; it may throw until then. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    await setTimeout(300);
  }
}
