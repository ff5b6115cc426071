/** What `doctor --benchmark` prints and its exit code, with a report that is given instead of made. */
import { Command } from "commander";
import { afterEach, expect, test, vi } from "vitest";
import type { MachineReport } from "../../../src/acceptance/benchmarkMachine.js";
import { defineDoctor } from "../../../src/commands/doctor.js";
import type { BenchmarkMachineOptions } from "../../../src/options/calls/benchmarkMachineOptions.js";

const { report, asked } = vi.hoisted(() => ({
  report: {} as MachineReport,
  asked: [] as BenchmarkMachineOptions[],
}));
vi.mock("../../../src/acceptance/benchmarkMachine.js", () => ({
  benchmarkMachine: (options: BenchmarkMachineOptions) => {
    asked.push(options);
    for (const finding of report.findings) options.onFinding?.(finding);
    return Promise.resolve(report);
  },
}));

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function run(holds: boolean, ...flags: string[]) {
  const findings: MachineReport["findings"] = [
    { check: "forward", what: "efficientnet-b0, 32", state: "passed", found: "features 1.0e-7" },
    { check: "memory", what: "a batch far too large", state: "not run", found: "no GPU" },
    { check: "training", what: "20 steps, 32", state: holds ? "passed" : "failed", found: "0.5" },
  ];
  Object.assign(report, { holds, version: "1", device: "cpu", description: "a CPU", findings });
  const [out, err]: [string[], string[]] = [[], []];
  vi.spyOn(console, "log").mockImplementation((text) => void out.push(`${text}\n`));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0);
  const command = new Command();
  defineDoctor(command);
  await command.parseAsync(["--benchmark", ...flags], { from: "user" });
  const code = process.exitCode;
  vi.restoreAllMocks();
  return { out: out.join(""), err: err.join(""), code };
}

test("a failure gives exit code 1, and is named in the table", async () => {
  const { out, code } = await run(false);
  expect(code).toBe(1);
  expect(out).toMatch(/^FAILED +training +20 steps, 32 +0\.5$/m);
  expect(out).toContain("1 passed, 1 failed, 1 case not run");
});

test("what could not be run is no failure", async () => {
  const { out, code } = await run(true);
  expect(code).toBe(0);
  expect(out).toMatch(/^not run +memory +a batch far too large +no GPU$/m);
});

test("--json prints the report alone on stdout, the table on stderr", async () => {
  const { out, err, code } = await run(false, "--json", "--full", "--device=cpu");
  expect(JSON.parse(out)).toEqual(report);
  expect(err).toMatch(/^FAILED +training/m);
  expect(code).toBe(1);
  expect(asked.at(-1)).toMatchObject({ full: true, device: "cpu" });
});
