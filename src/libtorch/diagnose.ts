/** Collects everything that `doctor` reports. */
import { spawnSync } from "node:child_process";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { packageVersion } from "../about.js";
import { type ErrorCode, toDeeplasiaError } from "../errors.js";
import { type Addon, compiledVersions, findAddon } from "./addon.js";
import { cacheDirectory } from "./buildCache.js";
import { INSTALL_COMMAND, INSTALL_REMEDY, type Problem, wantsCuda } from "./checkLibtorch.js";
import type { Loaded, ProbeMessage } from "./probe.js";
import { requireLibtorch, type Search, searchLibtorch } from "./searchLibtorch.js";
import { assertPlatform, glibcVersion, hasCudaDriver } from "./system.js";

/** The report of `doctor`. */
export interface Diagnosis {
  /** Whether the package works on this machine. */
  usable: boolean;
  /** Versions of what the package uses; null for what is not there. */
  versions: {
    /** This package. */
    package: string;
    /** Node. */
    node: string;
    /** Node-API. */
    napi: string;
    /** The C library. */
    glibc: string | null;
    /** The decoder of pictures. */
    sharp: string | null;
    /** The library under it. */
    libvips: string | null;
  };
  /** The machine, as this process sees it. */
  machine: {
    /** `linux-x64` or `linux-arm64`. */
    platform: string;
    /** The name of its CPU. */
    cpu: string;
    /** Number of threads that can run at once. */
    threads: number;
    /** Its memory. */
    memoryBytes: number;
    /** Memory that is free now. */
    freeBytes: number;
    /** The limit of this process, as in a container; null for none. */
    limitBytes: number | null;
  };
  /** The folder with installed libtorch builds. */
  cacheDirectory: string;
  /** The native addon; null if none was found. */
  addon: Addon | null;
  /** The libtorch builds that were found. */
  libtorch: Search;
  /** Whether NVIDIA's driver is installed. */
  cudaDriver: boolean;
  /** Build and devices of the loaded addon and libtorch; null if they could not be loaded. */
  loaded: Loaded | null;
  /** Reasons why the package does not work. */
  problems: Problem[];
  /** Possible improvements. */
  advice: Problem[];
}

const PROBE_TIMEOUT_MS = 120_000;

/** Examines this machine, the addon and libtorch. Never throws for a broken installation. */
export async function diagnose(): Promise<Diagnosis> {
  const problems: Problem[] = [];
  attempt(problems, assertPlatform);
  const addon = attempt(problems, findAddon);
  const required = { versions: addon && compiledVersions(addon), headers: false };
  const libtorch = searchLibtorch(required, { all: true });
  if (libtorch.chosen === null) attempt(problems, () => requireLibtorch(required));
  const loaded = problems.length > 0 ? null : attempt(problems, loadInChild);
  const { versions: media, problem } = await mediaVersions();
  if (problem !== null) problems.push(problem);
  return {
    usable: problems.length === 0,
    versions: {
      package: packageVersion(),
      node: process.versions.node,
      napi: process.versions.napi ?? "unknown",
      glibc: glibcVersion(),
      ...media,
    },
    machine: machineFacts(),
    cacheDirectory: cacheDirectory(),
    addon,
    libtorch,
    cudaDriver: hasCudaDriver(),
    loaded,
    problems,
    advice: adviceFor(libtorch),
  };
}

/** Runs a step; an error becomes a problem in the report. */
function attempt<T>(problems: Problem[], step: () => T): T | null {
  try {
    return step();
  } catch (error) {
    const { code, message, remedy } = toDeeplasiaError(error);
    problems.push({ code, message, remedy: remedy ?? INSTALL_REMEDY });
    return null;
  }
}

/** Loads addon and libtorch in a child process, because a broken library can kill the process by a signal. */
function loadInChild(): Loaded {
  const probe = fileURLToPath(new URL("./probe.js", import.meta.url));
  const child = spawnSync(process.execPath, [probe], { encoding: "utf8", timeout: PROBE_TIMEOUT_MS });
  const message = parseMessage(child.stdout);
  if (message === null) {
    const end = child.signal ?? `status ${child.status}`;
    const said = child.stderr?.trim().split("\n").at(-1);
    throw Object.assign(new Error(`loading libtorch killed the process (${end})${said ? `: ${said}` : ""}`), {
      code: "ERR_DEEPLASIA_LIBTORCH_BROKEN" satisfies ErrorCode,
    });
  }
  if ("loaded" in message) return message.loaded;
  throw Object.assign(new Error(message.message), { code: message.code, remedy: message.remedy });
}

function parseMessage(stdout: string | null): ProbeMessage | null {
  try {
    return JSON.parse(stdout ?? "") as ProbeMessage;
  } catch {
    return null;
  }
}

async function mediaVersions() {
  try {
    const { default: sharp } = await import("sharp");
    const { sharp: version, vips } = sharp.versions;
    return { versions: { sharp: version ?? null, libvips: vips ?? null }, problem: null };
  } catch (error) {
    const problem: Problem = {
      code: "ERR_DEEPLASIA_PLATFORM",
      message: `sharp, which decodes pictures, cannot be loaded: ${(error as Error).message.split("\n")[0]}`,
      remedy: "Run `npm install --include=optional sharp`.",
    };
    return { versions: { sharp: null, libvips: null }, problem };
  }
}

function machineFacts(): Diagnosis["machine"] {
  const limit = process.constrainedMemory();
  return {
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    freeBytes: freemem(),
    limitBytes: limit > 0 && limit < totalmem() ? limit : null,
  };
}

function adviceFor({ chosen }: Search): Problem[] {
  if (chosen === null) return [];
  const code: ErrorCode = "ERR_DEEPLASIA_DEVICE";
  if (chosen.cuda === null && hasCudaDriver()) {
    const message = "this machine has NVIDIA's driver, but the libtorch in use is built without CUDA";
    return [{ code, message, remedy: `Run \`${INSTALL_COMMAND} --cuda\`.` }];
  }
  if (chosen.cuda !== null && !wantsCuda(chosen)) {
    const message =
      "the libtorch in use is built with CUDA, but there is no NVIDIA driver: it runs on the CPU";
    return [
      { code, message, remedy: "Install NVIDIA's driver; on a machine without a GPU nothing is to be done." },
    ];
  }
  return [];
}
