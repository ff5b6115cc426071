/** The acceptance test of a machine: the device that was asked for against the CPU. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageVersion } from "../about.js";
import { chooseDevice } from "../model/device.js";
import { native } from "../native.js";
import { benchmarkMachineOptions, type MachineFinding } from "../options/benchmarkMachine.js";
import type { BenchmarkMachineOptions } from "../options/calls/benchmarkMachineOptions.js";
import { requireOptions } from "../schema/checkValue.js";
import { MACHINE_CHECKS } from "./checks.js";
import { runChecks } from "./runChecks.js";

const STEPS = 20;

/** What the acceptance test of a machine found. */
export interface MachineReport {
  /** Whether all that could be checked holds. */
  holds: boolean;
  /** The version of this package. */
  version: string;
  /** The device under test. */
  device: string;
  /** Its name and memory. */
  description: string;
  /** Each case of each check. */
  findings: MachineFinding[];
}

/**
 * Checks a device against the CPU with networks and pictures that it makes: forwards of every backbone, training in all
 * precisions, resuming. A check that fails stops nothing.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _DEVICE, _LIBTORCH_…; the signal's reason when it is aborted.
 */
export async function benchmarkMachine(given: BenchmarkMachineOptions = {}): Promise<MachineReport> {
  const { full, signal, onFinding, ...request } = requireOptions(benchmarkMachineOptions, given);
  signal?.throwIfAborted();
  const { name: device } = chooseDevice(request);
  const { description } = native()
    .devices()
    .find(({ name }) => name === device)!;
  const folder = await mkdtemp(join(tmpdir(), "deeplasia-machine-"));
  const findings: MachineFinding[] = [];
  try {
    for await (const finding of runChecks({ device, isFull: full, steps: STEPS, folder }, MACHINE_CHECKS)) {
      signal?.throwIfAborted();
      findings.push(finding);
      onFinding?.(finding);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const holds = findings.every(({ state }) => state !== "failed");
  return { holds, version: packageVersion(), device, description, findings };
}
