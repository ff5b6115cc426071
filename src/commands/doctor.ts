/** `deeplasia-native doctor`: what was found, what is used and why, and the cure of each problem. */
import type { Command } from "commander";
import { benchmarkMachine } from "../acceptance/benchmarkMachine.js";
import { wrap } from "../console/wrapped.js";
import { describeSearch } from "../libtorch/describeSearch.js";
import { type Diagnosis, diagnose } from "../libtorch/diagnose.js";
import { benchmarkFlags, type MachineFinding } from "../options/benchmarkMachine.js";
import { addOptions, readOptions } from "../options/flags.js";
import { plural } from "../plural.js";

const BENCHMARK = "With --benchmark:";

export function defineDoctor(command: Command): void {
  command
    .option("--json", "print the report as JSON")
    .option("--benchmark", "check a device against the CPU: forwards, training, resuming");
  addOptions(command, benchmarkFlags.shape, BENCHMARK);
  command.action(async (parsed: { json?: boolean; benchmark?: boolean }) => {
    const { json, benchmark } = parsed;
    if (benchmark) return await benchmarkDevice(parsed);
    const diagnosis = await diagnose();
    console.log(json ? JSON.stringify(diagnosis, null, 2) : formatDiagnosis(diagnosis));
    process.exitCode = diagnosis.usable ? 0 : 1;
  });
}

/** The acceptance test of a machine: a line for each case on stdout as soon as it is known, or all as JSON in the end. */
async function benchmarkDevice({ json, ...parsed }: { json?: boolean }): Promise<void> {
  const options = readOptions(benchmarkFlags, parsed);
  const show = (finding: MachineFinding) =>
    process[json ? "stderr" : "stdout"].write(`${formatFinding(finding)}\n`);
  const report = await benchmarkMachine({ ...options, onFinding: show });
  const { device, description, findings, holds } = report;
  process.exitCode = holds ? 0 : 1;
  if (json) return console.log(JSON.stringify(report, null, 2));
  const count = (wanted: string) => findings.filter(({ state }) => state === wanted).length;
  console.log(
    `\n${device} (${description})\n${count("passed")} passed, ${count("failed")} failed, ${plural(count("not run"), "case")} not run`,
  );
}

const COLUMNS = { state: 9, check: 12, what: 26 };
const INDENT = Object.values(COLUMNS).reduce((a, b) => a + b);

/** A row of the table, at most 80 columns wide. */
function formatFinding({ state, check, what, found }: MachineFinding): string {
  const cells = (state === "failed" ? "FAILED" : state).padEnd(COLUMNS.state) + check.padEnd(COLUMNS.check);
  const [first = "", ...more] = wrap(found, 80 - INDENT);
  return [cells + what.padEnd(COLUMNS.what) + first, ...more.map((line) => " ".repeat(INDENT) + line)].join(
    "\n",
  );
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
