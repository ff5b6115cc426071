/** Made-up libtorch builds: shared libraries written by hand, wheels, zips and a fake Python, none of them loadable. */
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";

export interface ElfOptions {
  needed?: string[];
  runPath?: string;
  machine?: "x64" | "arm64";
}

/**
 * The smallest ELF64 shared library with a dynamic section: header, two program headers (PT_LOAD over the whole file,
 * PT_DYNAMIC), the dynamic table and its strings. Virtual addresses are file offsets plus 0x10000.
 */
export function elf({
  needed = [],
  runPath = "$ORIGIN",
  machine = process.arch as "x64" | "arm64",
}: ElfOptions = {}): Buffer {
  const base = 0x10000n;
  const strings = ["", ...needed, runPath];
  const offsets = strings.map((_, i) => strings.slice(0, i).reduce((sum, s) => sum + s.length + 1, 0));
  const table = Buffer.from(`${strings.join("\0")}\0`, "latin1");
  const dynamicAt = 64 + 2 * 56;
  const entries = needed.length + 3;
  const stringsAt = dynamicAt + entries * 16;
  const dynamic: [bigint, bigint][] = [
    ...needed.map((_, i): [bigint, bigint] => [1n, BigInt(offsets[i + 1]!)]),
    [29n, BigInt(offsets.at(-1)!)],
    [5n, base + BigInt(stringsAt)],
    [0n, 0n],
  ];
  const file = Buffer.alloc(stringsAt + table.length);
  file.write("\x7fELF\x02\x01\x01", "latin1");
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(machine === "arm64" ? 183 : 62, 18);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(2, 56);
  writeSegment(file, 64, 1, 0n, base, BigInt(file.length));
  writeSegment(file, 120, 2, BigInt(dynamicAt), base + BigInt(dynamicAt), BigInt(entries * 16));
  for (const [i, [tag, value]] of dynamic.entries()) {
    file.writeBigUInt64LE(tag, dynamicAt + 16 * i);
    file.writeBigUInt64LE(value, dynamicAt + 16 * i + 8);
  }
  table.copy(file, stringsAt);
  return file;
}

function writeSegment(
  file: Buffer,
  at: number,
  type: number,
  offset: bigint,
  address: bigint,
  bytes: bigint,
): void {
  file.writeUInt32LE(type, at);
  file.writeBigUInt64LE(offset, at + 8);
  file.writeBigUInt64LE(address, at + 16);
  file.writeBigUInt64LE(bytes, at + 32);
}

export interface FakeTorch {
  version?: string;
  cuda?: string | null;
  headers?: boolean;
  /** Sonames that libtorch_cpu.so needs besides its own. */
  needed?: string[];
}

/** Files of a torch directory as a wheel has them, by path under it. */
export function torchFiles({
  version = "2.13.0+cpu",
  cuda = null,
  headers = true,
  needed = [],
}: FakeTorch = {}) {
  const cudaText = cuda === null ? "None" : `'${cuda}'`;
  const files: Record<string, string | Buffer> = {
    "version.py": `from typing import Optional\n__version__ = '${version}'\ndebug = False\ncuda: Optional[str] = ${cudaText}\n`,
    "lib/libc10.so": elf(),
    "lib/libtorch_cpu.so": elf({ needed: ["libc10.so", ...needed] }),
    "lib/libtorch.so": elf({ needed: ["libtorch_cpu.so"] }),
  };
  if (headers) files["include/torch/script.h"] = "// a header\n";
  return files;
}

/** Write files under a folder, at once. Returns the folder. */
export function writeFiles(folder: string, files: Record<string, string | Buffer>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** A zip archive with stored (uncompressed) files. */
export function zip(files: Record<string, string | Buffer>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const data = Buffer.from(content as string);
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    local.push(Buffer.from("PK\x03\x04"), common, name, data);
    central.push(Buffer.from("PK\x01\x02\x14\x00"), common, tail, name);
    offset += 30 + name.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}

/** A wheel: files with their RECORD, which `alter` may falsify, and METADATA. */
export function wheel(
  files: Record<string, string | Buffer>,
  { metadata = "", alter = (record: string) => record, name = "torch-2.13.0" } = {},
): Buffer {
  const record = Object.entries(files).map(([path, content]) => {
    const digest = createHash("sha256").update(content).digest("base64url");
    return `${path.includes(",") ? `"${path}"` : path},sha256=${digest},${Buffer.byteLength(content as string)}`;
  });
  return zip({
    ...files,
    [`${name}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\n${metadata}`,
    [`${name}.dist-info/RECORD`]: alter(`${record.join("\n")}\n${name}.dist-info/RECORD,,\n`),
  });
}

/** The torch wheel of a fake libtorch: its files below torch/, and Python code that nobody needs. */
export function torchWheel(torch: FakeTorch = {}, options: Parameters<typeof wheel>[1] = {}): Buffer {
  const inTorch = Object.entries(torchFiles(torch)).map(([path, content]) => [`torch/${path}`, content]);
  return wheel({ ...Object.fromEntries(inTorch), "torch/__init__.py": "raise SystemExit\n" }, options);
}

/**
 * A `python3` (and `python`) of our own in `folder`, to be put first on PATH. `torch`: what its find_spec finds.
 * `pip`: a shell script that sees pip's arguments after `-m pip`; every call is appended to `folder/calls`.
 */
export function fakePython(
  folder: string,
  { torch = "", pip = "exit 1" }: { torch?: string; pip?: string } = {},
): string {
  const script = `#!/bin/sh
if [ "$1" = -c ]; then echo '${torch}'; exit 0; fi
shift 2
echo "$*" >> '${folder}/calls'
if [ "$1" = --version ]; then echo 'pip 23.2.1 from /nowhere (python 3.11)'; exit 0; fi
while [ $# -gt 0 ]; do
  case "$1" in --dest) dest=$2;; --index-url) index=$2;; torch=*|nvidia-*|cuda-*) wanted="$wanted $1";; esac; shift
done
${pip}
`;
  for (const name of ["python3", "python"]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}
