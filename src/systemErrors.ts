/** What the operating system's answers about a path mean, for a person. */

/** Errors of a network folder, or of one that a program provides (FUSE), that does not answer. */
const UNREACHABLE = [
  ...["ENOTCONN", "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ECONNREFUSED"],
  ...["ECONNABORTED", "ECONNRESET", "EREMOTEIO", "ENXIO", "ENODEV", "ESHUTDOWN", "EAGAIN"],
];

const MEANINGS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOENT: ["there is no such file or folder", "Check the path."],
  ENOTDIR: ["a part of the path is no folder", "Correct the path."],
  EISDIR: ["it is a folder", "Name a file."],
  EACCES: ["permission denied", "Get the right to read it, and to enter the folders above it."],
  EPERM: ["permission denied", "Get the right to read it, and to enter the folders above it."],
  ELOOP: ["its symbolic links lead in a circle", "Correct the link, or name what it should lead to."],
  ENAMETOOLONG: ["the name is too long", "Give a shorter one."],
  // A NUL in the name, which no file can have; or what the file system does not take in one.
  ERR_INVALID_ARG_VALUE: ["a character in it cannot stand in a path", "Correct the path."],
  EINVAL: ["its file system does not take that", "Check the path."],
  EILSEQ: ["its file system does not take that name", "Give another one."],
  ESTALE: [
    "the network folder that it lies in is not the one that was mounted (stale file handle)",
    "Mount that folder anew.",
  ],
  EIO: ["its disk or network folder fails (input/output error)", "Check the disk or the connection."],
  EUCLEAN: ["its file system is damaged", "Check the disk."],
  EOVERFLOW: ["it is larger than this system can say", "Check the file."],
  EMFILE: ["too many files are open", "Raise the limit: ulimit -n."],
  ENFILE: ["too many files are open on this machine", "Try again when it does less."],
  EBUSY: ["it is in use", "Try again when nothing else uses it."],
  ETXTBSY: ["it is in use", "Try again when nothing else uses it."],
  ENOMEM: ["there is no memory left", "Free some memory."],
  ...Object.fromEntries(
    UNREACHABLE.map((code) => [
      code,
      [`the folder that it lies in does not answer (${code})`, "Check whether it is mounted and reachable."],
    ]),
  ),
};

/** What an error of the operating system means, and what to do; null for an error of another kind. */
export function systemErrorMeaning(error: unknown): readonly [what: string, remedy: string] | null {
  if (!(error instanceof Error)) return null;
  const { code = "", syscall } = error as NodeJS.ErrnoException;
  const known = MEANINGS[code];
  if (known !== undefined && (syscall !== undefined || code === "ERR_INVALID_ARG_VALUE")) return known;
  return syscall === undefined || !/^E[A-Z0-9]+$/.test(code)
    ? null
    : [error.message, "Check the path, and the disk or network folder that it lies on."];
}

/** glibc's words for what may become of a write, which native code passes on. */
const WORDS: Readonly<Record<string, string>> = {
  "No space left on device": "ENOSPC",
  "Disk quota exceeded": "EDQUOT",
  "File too large": "EFBIG",
  "Read-only file system": "EROFS",
  "Permission denied": "EACCES",
  "Operation not permitted": "EPERM",
  "Input/output error": "EIO",
  "Stale file handle": "ESTALE",
};

/** The code that a message of native code ends with in words; undefined for other messages. */
export function systemCodeIn(message: string): string | undefined {
  return Object.entries(WORDS).find(([words]) => message.endsWith(words))?.[1];
}
