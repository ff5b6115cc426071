/** Tensors of a file that do not fit a network. */
import { DeeplasiaError } from "../errors.js";
import {
  type AnyNetworkConfig,
  type Assignment,
  type Mismatch,
  type NetworkHandle,
  native,
} from "../native.js";
import { networkText } from "../options/network.js";
import { plural } from "../plural.js";
import type { CheckpointContents } from "./contents.js";

/** Names of the network's tensors that no assignment fills; a count of batches need not be filled. */
export function missingOf(handle: NetworkHandle, assignments: readonly Assignment[]): string[] {
  const offered = new Set(assignments.map(({ name }) => name));
  return native()
    .networkTensors(handle)
    .filter((name) => !offered.has(name) && !name.endsWith("num_batches_tracked"));
}

export function isMisfit({ missing, unexpected, shapes }: Mismatch): boolean {
  return missing.length + unexpected.length + shapes.length > 0;
}

/** Most lines of each kind in the table. */
const LINES = 12;

/** The error, with a table of the tensors. */
export function misfit(
  { file, tensors }: CheckpointContents,
  config: AnyNetworkConfig,
  mismatch: Mismatch,
): DeeplasiaError {
  const shape = (sides: readonly number[]) => `[${sides.join(", ")}]`;
  const rows = [
    ["missing", mismatch.missing],
    ["unexpected", mismatch.unexpected.map((name) => `${name} ${shape(tensors.get(name)?.shape ?? [])}`)],
    [
      "misshapen",
      mismatch.shapes.map(
        ({ name, wanted, offered }) => `${name} ${shape(offered)}, wanted ${shape(wanted)}`,
      ),
    ],
  ] as const;
  const table = rows.flatMap(([kind, lines]) => [
    ...lines.slice(0, LINES).map((line) => `\n  ${kind.padEnd(11)} ${line}`),
    ...(lines.length > LINES ? [`\n  ${kind.padEnd(11)} … and ${lines.length - LINES} more`] : []),
  ]);
  const counts = rows
    .filter(([, lines]) => lines.length > 0)
    .map(([kind, lines]) => plural(lines.length, `${kind} tensor`));
  const what = `${file} does not fit ${networkText(config)}: ${counts.join(", ")}`;
  return new DeeplasiaError("ERR_DEEPLASIA_CHECKPOINT", what + table.join(""), {
    file,
    remedy:
      "Give the whole checkpoint of such a network. If the wrong network was recognised, name it by the option backbone.",
  });
}
