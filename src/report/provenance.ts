/** What makes a report again: inputs with their digests, versions, seeds. No date and no machine: same inputs, same bytes. */
import { packageVersion } from "../about.js";
import { sha256OfFile } from "../files/sha256OfFile.js";

export interface ReportProvenance {
  /** The command or the call. */
  call: string;
  inputs: { file: string; sha256: string }[];
  settings: Record<string, string | number>;
  package: string;
  node: string;
  platform: string;
}

export async function reportProvenance(
  call: string,
  files: readonly (string | undefined)[],
  settings: Record<string, string | number>,
): Promise<ReportProvenance> {
  const inputs: ReportProvenance["inputs"] = [];
  for (const file of files) if (file !== undefined) inputs.push({ file, sha256: await sha256OfFile(file) });
  return {
    call,
    inputs,
    settings,
    package: `deeplasia-native ${packageVersion()}`,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

export function provenanceFacts({ inputs, settings, ...rest }: ReportProvenance): [string, string][] {
  return [
    ...inputs.map(({ file, sha256 }): [string, string] => [file, `SHA-256 ${sha256}`]),
    ...Object.entries(settings).map(([name, value]): [string, string] => [name, String(value)]),
    ["Software", `${rest.package}, MIT licence; Node ${rest.node}, ${rest.platform}`],
  ];
}
