/** Downloads the wheels of a libtorch from the right index. */
import { existsSync, readdirSync, renameSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { makeFolder } from "../files/makeFolder.js";
import { download, findPip, type Pip } from "./pip.js";

/** PyTorch's index of CPU builds. On other indexes a plain `torch` is the CUDA build. */
export const CPU_INDEX = "https://download.pytorch.org/whl/cpu";
/** The libraries in a wheel are the same for every version of Python, so a wheel for any version works. */
const PYTHON_VERSIONS = ["3.12", "3.11", "3.13", "3.10", "3.14"];

/** Which wheels to download, and where to. */
export interface WheelRequest {
  version: string;
  cuda: boolean;
  indexUrl?: string | undefined;
  /** Complete wheels stay here until they are unpacked, so that another attempt need not download them again. */
  downloads: string;
  workspace: string;
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Resolves to the torch wheel: one that an earlier attempt left, or a new one.
 *
 * @throws DeeplasiaError with the reason for each index
 */
export async function fetchTorchWheel(request: WheelRequest): Promise<string> {
  const kept = keptWheel(request);
  if (kept !== undefined) return kept;
  const pip = findPip();
  const reasons = new Map<string, string>();
  const unreachable = new Set<string>();
  for (const attempt of attempts(pip, request)) {
    const index = attempt.indexUrl ?? "pip's configured indexes";
    if (unreachable.has(index)) continue;
    const result = await download(pip, {
      ...request,
      ...attempt,
      target: await freshDirectory(request.workspace),
    });
    const wheel = "files" in result ? result.files[0] : undefined;
    if (wheel !== undefined) return keep(wheel, request.downloads);
    if ("files" in result) continue;
    if (!result.noMatch) unreachable.add(index);
    if (!reasons.has(index)) reasons.set(index, result.reason);
  }
  const lines = [...reasons].map(([index, reason]) => `\n  - ${index}: ${reason}`).join("");
  const wanted = `torch ${request.version} for ${request.cuda ? "CUDA" : "the CPU"}`;
  throw new DeeplasiaError("ERR_DEEPLASIA_LIBTORCH_INSTALL", `${wanted} could not be downloaded:${lines}`, {
    remedy: "Give an index that has it as `indexUrl`, or a downloaded torch wheel or libtorch zip as `from`.",
  });
}

/** Downloads the nvidia wheels that a CUDA build needs; pip resolves their dependencies. */
export async function fetchNvidiaWheels(requirements: string[], request: WheelRequest): Promise<string[]> {
  if (requirements.length === 0) return [];
  const target = await freshDirectory(request.workspace);
  const findLinks = existsSync(request.downloads) ? request.downloads : undefined;
  const result = await download(findPip(), {
    ...request,
    requirements,
    target,
    findLinks,
    withDependencies: true,
  });
  if ("files" in result) return Promise.all(result.files.map((file) => keep(file, request.downloads)));
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_LIBTORCH_INSTALL",
    `CUDA's libraries could not be downloaded: ${result.reason}`,
    {
      remedy:
        "Give an index that has the nvidia packages as `indexUrl`, or install the CPU build (without `cuda`).",
    },
  );
}

/** Yields the attempts in order: the wheel for the running Python first, and for each Python all indexes. */
function* attempts(pip: Pip, { version, cuda, indexUrl }: WheelRequest) {
  const indexes = indexUrl !== undefined ? [indexUrl] : cuda ? [undefined] : [undefined, CPU_INDEX];
  // `===` excludes builds with a label, such as 2.13.0+cpu; indexes of CUDA builds have only builds with a label.
  const plain = cuda ? [`torch===${version}`, `torch==${version}`] : [`torch==${version}+cpu`];
  const requirements = version.includes("+") ? [`torch==${version}`] : plain;
  const others = PYTHON_VERSIONS.filter((python) => python !== pip.pythonVersion);
  for (const pythonVersion of [pip.pythonVersion, ...others]) {
    for (const index of indexes) {
      for (const requirement of requirements)
        yield { requirements: [requirement], indexUrl: index, pythonVersion };
    }
  }
}

function keptWheel({ version, cuda, downloads }: WheelRequest): string | undefined {
  const starts = version.includes("+")
    ? [`torch-${version}-`]
    : cuda
      ? [`torch-${version}-`, `torch-${version}+cu`]
      : [`torch-${version}+cpu-`];
  const names = existsSync(downloads) ? readdirSync(downloads) : [];
  const name = names.find((candidate) => starts.some((start) => candidate.startsWith(start)));
  return name === undefined ? undefined : join(downloads, name);
}

/** Moves a complete wheel to the folder where the next attempt finds it. */
async function keep(wheel: string, downloads: string): Promise<string> {
  const kept = join(downloads, basename(wheel));
  await makeFolder(downloads);
  renameSync(wheel, kept);
  return kept;
}

let directories = 0;

/** Makes an empty directory, because leftovers of one attempt must not be mistaken for the result of the next. */
async function freshDirectory(workspace: string): Promise<string> {
  const directory = join(workspace, `wheels-${++directories}`);
  await mkdir(directory);
  return directory;
}
