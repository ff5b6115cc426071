/** Which share of an output this process takes. */

import { type RowShare, shareAgain, shareOf } from "../../slurm/rowShare.js";
import { slurmTask } from "../../slurm/slurmTask.js";
import { SharesFolder } from "./sharesFolder.js";

/**
 * Returns the share that the option or SLURM defines; null is all rows. A task of an array resumes its share of the run
 * whose shares lie there, even if it was submitted alone.
 *
 * Throws ERR_DEEPLASIA_OPTION, ERR_DEEPLASIA_SHARES.
 */
export async function shareOfOutput(
  option: string | undefined,
  output: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<RowShare | null> {
  const { array = null, step = null } = (option === "auto" ? slurmTask(env) : null) ?? {};
  const found = array === null ? null : await new SharesFolder(output).read();
  if (array === null || found === null || found.joined !== null) return shareOf(option, env);
  return shareAgain({ of: found.of, layout: found.array ?? null }, { array, step });
}
