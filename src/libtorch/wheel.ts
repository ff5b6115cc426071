/** Unpacks what C++ needs from a torch wheel, an nvidia wheel or PyTorch's zip, and checks each file. */
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { DeeplasiaError } from "../errors.js";
import { type LibtorchVersion, parseBuildVersion, parseVersionPy, requireVersion } from "./version.js";
import { type Archive, type Extracted, type ExtractOptions, extractFiles, withArchive } from "./zip.js";

/** The remedy for an archive that lacks something. */
export const ARCHIVE_REMEDY =
  "Download it again; `from` takes a torch wheel for Linux or PyTorch's libtorch zip.";

/** Size and sha256 (base64url) of a file in the wheel's RECORD. */
export interface RecordEntry {
  sha256: string;
  bytes: number;
}

/** The facts that an archive states about itself. */
export interface ArchiveFacts extends LibtorchVersion {
  kind: "wheel" | "zip";
  /** Requirements of the wheel for CUDA's libraries, in pip's notation. */
  nvidia: string[];
}

/** Paths in a wheel that C++ needs: no Python code, no command-line tools. */
const WHEEL_PARTS = /^torch\/(lib\/|include\/|share\/|version\.py$)/;
const NVIDIA_PARTS = /^nvidia\/(.*\.so(\.\d+)*$|.*\/include\/)/;
const ZIP_PARTS = /^libtorch\/(lib|include|share)\/|^libtorch\/build-(version|hash)$/;

/** Parses the lines of RECORD: path, `sha256=…`, size. Skips lines without a digest (RECORD itself). */
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

/** Matches a package name with extras, versions and an environment, but no address, whose code pip would run to build it. */
const REQUIREMENT =
  /^[\w.-]+\s*(\[[\w., -]*\])?\s*\(?\s*((===?|~=|!=|<=?|>=?)\s*[\w.*+!-]+\s*,?\s*)*\)?\s*(;[\w\s.,()<>=!~+*'"-]*)?$/;

/**
 * Returns the requirements of a wheel that are CUDA's libraries: `Requires-Dist` of nvidia-* and cuda-toolkit without extras.
 * Throws Error for a requirement that is more than a name with versions.
 */
export function nvidiaRequirements(metadata: string): string[] {
  const requirements = requirementsOf(metadata);
  const other = requirements.find((requirement) => !REQUIREMENT.test(requirement));
  if (other !== undefined)
    throw new Error(`it requires ${JSON.stringify(other)}, which is not a name with versions`);
  return requirements;
}

function requirementsOf(metadata: string): string[] {
  return metadata
    .split(/\r?\n/)
    .map((line) => /^Requires-Dist:\s*((?:nvidia-|cuda-toolkit\b).*)$/.exec(line)?.[1]?.trim())
    .filter((requirement) => requirement !== undefined && !/;.*\bextra\s*==/.test(requirement)) as string[];
}

/** Reads the version of the libtorch in an archive without unpacking it. Throws ERR_DEEPLASIA_LIBTORCH_INSTALL. */
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

/** Unpacks what C++ needs of a torch or nvidia wheel, in the layout of site-packages. Checks each file against RECORD. */
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

/** Unpacks PyTorch's zip; `libtorch/` becomes `torch/`. Checks each file against the zip's CRC-32. */
export function unpackZip(file: string, target: string, options: UnpackOptions = {}): Promise<void> {
  return reading(file, async (archive) => {
    const names = [...archive.bytes.keys()].filter((name) => ZIP_PARTS.test(name));
    const targets = new Map(names.map((name) => [name, join(target, name.replace(/^libtorch\//, "torch/"))]));
    const check = (name: string, { crcMatches }: Extracted) => {
      if (crcMatches === null)
        throw new Error("checking a zip needs Node 20.15 or newer; use a wheel, or a newer Node");
      if (!crcMatches) throw new Error(`${name} differs from its checksum`);
    };
    await extractFiles(file, targets, check, extractOptions(archive, names, options));
  });
}

/** The options of `unpackWheel` and `unpackZip`. */
export interface UnpackOptions {
  /** Called with the bytes written and the total bytes of this archive. */
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

/** Returns the path of a file in the wheel's `*.dist-info`. Throws Error if there is none. */
function distInfo(archive: Archive, name: string): string {
  for (const path of archive.bytes.keys()) {
    if (/^[^/]+\.dist-info\//.test(path) && path.endsWith(`.dist-info/${name}`)) return path;
  }
  throw new Error(`it has no ${name}, so it is not a wheel`);
}

/** Turns errors about the archive into a DeeplasiaError that names it. Passes on aborts and system errors. */
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
