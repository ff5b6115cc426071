/** Formats a search for libtorch as text. */
import { INSTALL_COMMAND } from "./checkLibtorch.js";
import type { Search } from "./searchLibtorch.js";

/** Returns one line for each candidate, with a mark for the chosen one and the problems of the others below them. */
export function describeSearch({ candidates, chosen, why }: Search): string[] {
  const width = Math.max(0, ...candidates.map(({ source }) => source.length));
  const lines = candidates.flatMap((candidate) => {
    const mark = candidate === chosen ? "*" : " ";
    const version = candidate.version ?? "version unknown";
    return [
      `${mark} ${candidate.source.padEnd(width)}  ${version}  ${candidate.directory}`,
      ...candidate.problems.map(({ message }) => `      ${message}`),
    ];
  });
  return [
    ...lines,
    chosen === null
      ? `none is used: ${why}; to install one, run \`${INSTALL_COMMAND}\``
      : `* is used: ${why}`,
  ];
}
