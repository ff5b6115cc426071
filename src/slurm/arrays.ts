/** Whether a job array is one that the cluster accepts. */
import { DeeplasiaError } from "../errors.js";

/** Returns the largest task id of `first-last`, with or without `:step` and `%running`. Throws ERR_DEEPLASIA_OPTION. */
export function lastTask(array: string): number {
  const [first = 0, last = 0, step = 1] = array.split("%")[0]!.split(/[-:]/).map(Number);
  if (last >= first) return last - ((last - first) % step);
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `\`array: "${array}"\`: the last task comes before the first`,
    {
      remedy: `Give \`array: "${last}-${first}"\`.`,
    },
  );
}

/** Throws ERR_DEEPLASIA_OPTION for an array that the cluster does not accept; `limit` is its MaxArraySize. */
export function requireArrayFits(array: string, limit: number): void {
  const last = lastTask(array);
  if (last < limit) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `\`array: "${array}"\`: this cluster accepts task ids up to ${limit - 1} (MaxArraySize ${limit})`,
    {
      remedy: `Give at most \`array: "0-${limit - 1}"\`: fewer tasks, each with a larger share of the rows.`,
    },
  );
}
