/** Downloading wheels through pip, which knows the site's indexes, proxies, certificates and credentials. */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DeeplasiaError } from "../errors.js";

export interface Pip {
  python: string;
  /** Python's version, `3.11`. */
  pythonVersion: string;
  /** pip's version, [23, 2]. */
  version: [major: number, minor: number];
}

export interface DownloadRequest {
  /** As pip takes them: `torch==2.13.0+cpu`. */
  requirements: string[];
  /** An empty directory for the wheels. */
  target: string;
  /** Also fetch what the requirements require. */
  withDependencies?: boolean;
  /** pip's --index-url; its configured index where not given. */
  indexUrl?: string | undefined;
  /** Directory with wheels that need no download. */
  findLinks?: string | undefined;
  /** Take the wheel for this version of Python; nothing of it is run. */
  pythonVersion?: string | undefined;
  /** Bytes of the file that is being downloaded; pip tells from 24.1 on. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export type DownloadResult =
  | { files: string[] }
  /** `noMatch`: the index answered and has no such wheel. */
  | { noMatch: boolean; reason: string };

/** pip of the first Python on PATH that has one. @throws DeeplasiaError where none has. */
export function findPip(): Pip {
  for (const python of ["python3", "python", "/usr/bin/python3"]) {
    const { status, stdout } = spawnSync(python, ["-m", "pip", "--version"], {
      encoding: "utf8",
      timeout: 60_000,
    });
    const found = /^pip (\d+)\.(\d+).*\(python (\d+\.\d+)\)/m.exec(status === 0 ? stdout : "");
    if (found !== null)
      return { python, pythonVersion: found[3]!, version: [Number(found[1]), Number(found[2])] };
  }
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_LIBTORCH_INSTALL",
    "libtorch is downloaded through pip, and no Python with pip is on PATH",
    {
      remedy:
        "Install python3-pip (apt-get install python3-pip), or download a torch wheel for Linux or PyTorch's libtorch zip " +
        "and give it with --from FILE.",
    },
  );
}

/** @throws AbortError where interrupted; every other failure is a result. */
export async function download(pip: Pip, request: DownloadRequest): Promise<DownloadResult> {
  const { code, output } = await run(pip, downloadArguments(pip, request), request);
  if (code === 0) {
    const wheels = readdirSync(request.target).filter((name) => name.endsWith(".whl"));
    return { files: wheels.map((name) => join(request.target, name)) };
  }
  if (/Retrying|ConnectionError|Could not fetch URL/.test(output)) {
    return { noMatch: false, reason: "cannot be reached from this machine" };
  }
  if (/No matching distribution|ResolutionImpossible/.test(output)) {
    return { noMatch: true, reason: "has no such wheel for this machine" };
  }
  const last = output.trim().split("\n").at(-1) ?? "";
  return { noMatch: false, reason: last.replace(/^ERROR:\s*/, "") || `pip ended with status ${code}` };
}

function downloadArguments(pip: Pip, request: DownloadRequest): string[] {
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  const other = request.pythonVersion !== undefined && request.pythonVersion !== pip.pythonVersion;
  // the machine-readable one is younger than many installed pips
  const raw = pip.version[0] > 24 || (pip.version[0] === 24 && pip.version[1] >= 1);
  return [
    ...[
      "-m",
      "pip",
      "download",
      "--only-binary=:all:",
      "--disable-pip-version-check",
      "--dest",
      request.target,
    ],
    ...["--progress-bar", raw ? "raw" : "off"],
    ...(request.withDependencies ? [] : ["--no-deps"]),
    ...(other ? ["--python-version", request.pythonVersion!, "--platform", `manylinux_2_28_${machine}`] : []),
    ...(request.indexUrl === undefined ? [] : ["--index-url", request.indexUrl]),
    ...(request.findLinks === undefined ? [] : ["--find-links", request.findLinks]),
    ...request.requirements,
  ];
}

/** pip in a process of its own; its output is kept for the message, its progress is passed on. */
function run(
  pip: Pip,
  args: string[],
  { onProgress, signal }: DownloadRequest,
): Promise<{ code: number; output: string }> {
  // a pip that can (25.1) shall go on where a connection broke
  const env = { PIP_RESUME_RETRIES: "5", ...process.env };
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(pip.python, args, { env, stdio: ["ignore", "pipe", "pipe"], signal });
    let output = "";
    const keep = (text: string) => {
      const progress = [...text.matchAll(/^Progress (\d+) of (\d+)$/gm)].at(-1);
      if (progress !== undefined) onProgress?.(Number(progress[1]), Number(progress[2]));
      else output = (output + text).slice(-20_000);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
