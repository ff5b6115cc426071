/** Tests on a real cluster: they skip where none answers. */
import { spawnSync } from "node:child_process";
import { describe } from "vitest";

const hasCluster = () => / is UP/.test(spawnSync("scontrol", ["ping"], { encoding: "utf8" }).stdout ?? "");

/** A `describe` for tests that submit jobs; its name says why it is skipped. */
export function describeOnCluster(name: string, tests: () => void): void {
  const isThere = hasCluster();
  describe.skipIf(!isThere)(
    isThere ? name : `${name} (skipped: no SLURM cluster answers scontrol ping)`,
    tests,
  );
}
