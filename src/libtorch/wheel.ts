/** What is taken from a torch wheel, an nvidia wheel or PyTorch's zip, and the check of each file that is. */
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { DeeplasiaError } from "../errors.js";
import { type LibtorchVersion, parseBuildVersion, parseVersionPy, requireVersion } from "./version.js";
import { type Archive, type Extracted, type ExtractOptions, extractFiles, withArchive } from "./zip.js";

/** Where an archive does not hold what it must. */
export const ARCHIVE_REMEDY =
  "Download it again; --from takes a torch wheel for Linux or PyTorch's libtorch zip.";

/** Size and sha256 (base64url) of a file as the wheel's RECORD has it. */
export interface RecordEntry {
  sha256: string;
  bytes: number;
}

/** What an archive says of itself. */
export interface ArchiveFacts extends LibtorchVersion {
  kind: "wheel" | "zip";
  /** Requirements of the wheel that bring CUDA's libraries, as pip takes them. */
  nvidia: string[];
}

/** Parts of a wheel that C++ needs: no Python code, no command-line tools. */
const WHEEL_PARTS = /^torch\/(lib\/|include\/|share\/|version\.py$)/;
const NVIDIA_PARTS = /^nvidia\/(.*\.so(\.\d+)*$|.*\/include\/)/;
const ZIP_PARTS = /^libtorch\/(lib|include|share)\/|^libtorch\/build-(version|hash)$/;

/** Lines of RECORD: path, `sha256=…`, size. Lines without a digest (RECORD itself) are left out. */
export function parseRecord(text: string): Map<string, RecordEntry> {
  const rows = parse(text, { relax_column_count: true, skip_empty_lines: true }) as string[][];
  return new Map(
    rows.flatMap(([path = "", digest = "", bytes = ""]) =>
      digest.startsWith("sha256=")
        ? [[path, { sha256: digest.slice(7), bytes: Number(bytes) }] as const]
        : [],
    ),
  );
}

/** A package's name with extras, versions and an environment: no address, whose code pip would run to build it. */
const REQUIREMENT =
  /^[\w.-]+\s*(\[[\w., -]*\])?\s*\(?\s*((===?|~=|!=|<=?|>=?)\s*[\w.*+!-]+\s*,?\s*)*\)?\s*(;[\w\s.,()<>=!~+*'"-]*)?$/;

/**
 * CUDA's libraries among a wheel's requirements: `Requires-Dist` of nvidia-* and cuda-toolkit, for every install. Throws
 * Error for one that is more than a name and versions.
 */
export function nvidiaRequirements(metadata: string): string[] {
  const requirements = requirementsOf(metadata);
  const other = requirements.find((requirement) => !REQUIREMENT.test(requirement));
  if (other !== undefined)
    throw new Error(`it requires ${JSON.stringify(other)}, which is no name with versions`);
  return requirements;
}

function requirementsOf(metadata: string): string[] {
  return metadata
    .split(/\r?\n/)
    .map((line) => /^Requires-Dist:\s*((?:nvidia-|cuda-toolkit\b).*)$/.exec(line)?.[1]?.trim())
    .filter((requirement) => requirement !== undefined && !/;.*\bextra\s*==/.test(requirement)) as string[];
}

/** Version of the libtorch in an archive, before anything is unpacked. */
export function readArchive(file: string): Promise<ArchiveFacts> {
  return reading(file, async (archive) => {
    const [versionPy, buildVersion] = await Promise.all([
      archive.text("torch/version.py"),
      archive.text("libtorch/build-version"),
    ]);
    const version = versionPy !== null ? parseVersionPy(versionPy) : parseBuildVersion(buildVersion ?? "");
    if (version === null)
      throw new Error("it holds neither torch/version.py (a wheel) nor libtorch/build-version (a zip)");
    requireVersion(version);
    if (versionPy === null) return { ...version, kind: "zip", nvidia: [] };
    const metadata = await archive.text(distInfo(archive, "METADATA"));
    return {
      ...version,
      kind: "wheel",
      nvidia: version.cuda === null ? [] : nvidiaRequirements(metadata ?? ""),
    };
  });
}

/** Unpack what C++ needs of a torch or nvidia wheel into site-packages' layout, each file checked against RECORD. */
export function unpackWheel(file: string, target: string, options: UnpackOptions = {}): Promise<void> {
  return reading(file, async (archive) => {
    const record = parseRecord((await archive.text(distInfo(archive, "RECORD"))) ?? "");
    const names = [...archive.bytes.keys()].filter(
      (name) => WHEEL_PARTS.test(name) || NVIDIA_PARTS.test(name),
    );
    const targets = new Map(names.map((name) => [name, join(target, name)]));
    const check = (name: string, { sha256, bytes }: Extracted) => {
      const expected = record.get(name);
      if (expected === undefined) throw new Error(`${name} is not in its RECORD`);
      if (sha256 !== expected.sha256 || bytes !== expected.bytes) {
        throw new Error(`${name} differs from its RECORD (sha256 or size)`);
      }
    };
    await extractFiles(file, targets, check, extractOptions(archive, names, options));
  });
}

/** Unpack PyTorch's own zip; `libtorch/` becomes `torch/`. Each file is checked against the zip's CRC-32. */
export function unpackZip(file: string, target: string, options: UnpackOptions = {}): Promise<void> {
  return reading(file, async (archive) => {
    const names = [...archive.bytes.keys()].filter((name) => ZIP_PARTS.test(name));
    const targets = new Map(names.map((name) => [name, join(target, name.replace(/^libtorch\//, "torch/"))]));
    const check = (name: string, { crcMatches }: Extracted) => {
      if (crcMatches === null)
        throw new Error("checking a zip needs Node 20.15 or newer; with this one take a wheel");
      if (!crcMatches) throw new Error(`${name} differs from its checksum`);
    };
    await extractFiles(file, targets, check, extractOptions(archive, names, options));
  });
}

export interface UnpackOptions {
  /** Bytes written and bytes to write of this archive. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

function extractOptions(
  archive: Archive,
  names: string[],
  { onProgress, signal }: UnpackOptions,
): ExtractOptions {
  const total = names.reduce((sum, name) => sum + archive.bytes.get(name)!, 0);
  let done = 0;
  const onBytes = (count: number) => {
    done += count;
    onProgress?.(done, total);
  };
  return { signal, onBytes };
}

/** Path of a file of the wheel's own `*.dist-info`. */
function distInfo(archive: Archive, name: string): string {
  for (const path of archive.bytes.keys()) {
    if (/^[^/]+\.dist-info\//.test(path) && path.endsWith(`.dist-info/${name}`)) return path;
  }
  throw new Error(`it has no ${name}, so it is no wheel`);
}

/** Whatever is wrong with an archive, as an error that names it. Interruptions and a full disk are not its fault. */
async function reading<T>(file: string, use: (archive: Archive) => Promise<T>): Promise<T> {
  try {
    return await withArchive(file, use);
  } catch (error) {
    const { name, message, syscall } = error as NodeJS.ErrnoException;
    if (name === "AbortError" || syscall !== undefined) throw error;
    throw new DeeplasiaError("ERR_DEEPLASIA_LIBTORCH_INSTALL", `${file} cannot be unpacked: ${message}`, {
      file,
      remedy: ARCHIVE_REMEDY,
      cause: error,
    });
  }
}
