import type { TrainConfig } from "../options/train/index.js";
import { Group } from "./group.js";
import { launch } from "./launch.js";
import { type Place, planRanks } from "./planRanks.js";

/**
 * Calls `run` in each process that the configuration asks for, with its group. Where one process fails, the others fail too,
 * and name it.
 *
 * Throws ERR_DEEPLASIA_OPTION for a number of processes that does not fit the configuration, ERR_DEEPLASIA_PEER, and what
 * `run` throws.
 */
export async function withGroup<T>(
  config: Pick<TrainConfig, "trainer">,
  run: (group: Group) => Promise<T>,
): Promise<T> {
  const plan = planRanks(config);
  if (plan.kind === "alone") return run(Group.alone);
  if (plan.kind === "member") return inGroup(plan.place, config, run);
  await using launched = await launch(plan.ranks);
  return await inGroup(launched.place, config, run);
}

async function inGroup<T>(
  place: Place,
  { trainer }: Pick<TrainConfig, "trainer">,
  run: (group: Group) => Promise<T>,
): Promise<T> {
  const group = await Group.join(place, { timeout: trainer.rank_timeout });
  try {
    const result = await run(group);
    await group.close();
    return result;
  } catch (error) {
    throw await group.leave(error);
  }
}
