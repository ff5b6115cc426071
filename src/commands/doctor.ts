/** `deeplasia-native doctor`: what was found, what is used and why, and the cure of each problem. */
import type { Command } from "commander";
import { describeSearch } from "../libtorch/describeSearch.js";
import { type Diagnosis, diagnose } from "../libtorch/diagnose.js";

export function defineDoctor(command: Command): void {
  command.option("--json", "print the report as JSON").action(async ({ json }: { json?: boolean }) => {
    const diagnosis = await diagnose();
    console.log(json ? JSON.stringify(diagnosis, null, 2) : formatDiagnosis(diagnosis));
    process.exitCode = diagnosis.usable ? 0 : 1;
  });
}

/** The report for a person. */
function formatDiagnosis(diagnosis: Diagnosis): string {
  const { versions, machine, addon, loaded } = diagnosis;
  const limit = machine.limitBytes === null ? "" : `, limited to ${gigabytes(machine.limitBytes)}`;
  const lines = [
    `deeplasia-native ${versions.package}, Node ${versions.node} (Node-API ${versions.napi}), ${machine.platform}`,
    `glibc ${versions.glibc ?? "none"}, sharp ${versions.sharp ?? "none"}, libvips ${versions.libvips ?? "none"}`,
    `${machine.cpu}, ${machine.threads} threads; memory ${gigabytes(machine.memoryBytes)}, ${gigabytes(machine.freeBytes)} free${limit}`,
    "",
    "libtorch",
    ...describeSearch(diagnosis.libtorch).map((line) => `  ${line}`),
    `  cache: ${diagnosis.cacheDirectory}`,
    "",
    "addon",
    ...(addon === null
      ? ["  none"]
      : [
          `  ${addon.origin}: ${addon.bootstrap}`,
          ...addon.cores.map((core) => `  compiled for libtorch ${core.compiledFor}: ${core.path}`),
        ]),
    "",
    "devices",
    ...(loaded === null
      ? ["  unknown: libtorch could not be loaded"]
      : loaded.devices.map(({ name, description }) => `  ${name}: ${description}`)),
    `  NVIDIA driver: ${diagnosis.cudaDriver ? "installed" : "none"}`,
  ];
  if (loaded !== null) lines.push("", "threading", ...indent(loaded.buildInfo.parallelInfo));
  for (const [title, list] of [
    ["advice", diagnosis.advice],
    ["problems", diagnosis.problems],
  ] as const) {
    if (list.length > 0)
      lines.push("", title, ...list.flatMap((p) => [...indent(p.message), `    -> ${p.remedy}`]));
  }
  return [...lines, "", diagnosis.usable ? "everything works" : "this installation cannot be used yet"].join(
    "\n",
  );
}

function indent(text: string): string[] {
  return text
    .trim()
    .split("\n")
    .map((line) => `  ${line}`);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
