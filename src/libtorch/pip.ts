/** Downloads wheels with pip, which knows the site's indexes, proxies, certificates and credentials. */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DeeplasiaError } from "../errors.js";

/** A pip that was found. */
export interface Pip {
  /** The Python that has it. */
  python: string;
  /** Python's version, `3.11`. */
  pythonVersion: string;
  /** pip's version, [23, 2]. */
  version: [major: number, minor: number];
}

/** What to download. */
export interface DownloadRequest {
  /** In pip's notation: `torch==2.13.0+cpu`. */
  requirements: string[];
  /** An empty directory for the wheels. */
  target: string;
  /** Whether to download the dependencies as well. */
  withDependencies?: boolean;
  /** pip's --index-url; by default pip's configured index. */
  indexUrl?: string | undefined;
  /** Directory with wheels that need no download. */
  findLinks?: string | undefined;
  /** Version of Python whose wheel is downloaded. No code of the wheel is run. */
  pythonVersion?: string | undefined;
  /** Called with the bytes of the file that is being downloaded, with pip 24.1 or newer. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The downloaded files, or why there are none. */
export type DownloadResult =
  | { files: string[] }
  /** `noMatch`: the index answered but has no such wheel. */
  | { noMatch: boolean; reason: string };

/** Finds pip of the first Python on PATH that has it. @throws DeeplasiaError if none has. */
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
    "libtorch is downloaded with pip, but no Python with pip is on PATH",
    {
      remedy:
        "Install python3-pip (apt-get install python3-pip), or download a torch wheel for Linux or PyTorch's libtorch zip " +
        "and give it as `from`.",
    },
  );
}

/** Downloads wheels. Failures are results. @throws AbortError if interrupted */
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
  // Many installed versions of pip lack the machine-readable progress bar.
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

/** Runs pip in a child process. Keeps the end of its output for the error message, and passes on its progress. */
function run(
  pip: Pip,
  args: string[],
  { onProgress, signal }: DownloadRequest,
): Promise<{ code: number; output: string }> {
  // pip 25.1 and newer resume a download after a broken connection.
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
