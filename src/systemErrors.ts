/** Messages and remedies for the operating system's errors about paths. */

/** Errors of a network or FUSE folder that does not answer. */
const UNREACHABLE = [
  ...["ENOTCONN", "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ECONNREFUSED"],
  ...["ECONNABORTED", "ECONNRESET", "EREMOTEIO", "ENXIO", "ENODEV", "ESHUTDOWN", "EAGAIN"],
];

const MEANINGS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOENT: ["there is no such file or folder", "Check the path."],
  ENOTDIR: ["a part of the path is not a folder", "Correct the path."],
  EISDIR: ["it is a folder", "Give a file."],
  EACCES: ["permission denied", "Get permission to read it and to enter the folders above it."],
  EPERM: ["permission denied", "Get permission to read it and to enter the folders above it."],
  ELOOP: ["its symbolic links form a circle", "Correct the link, or give the path that it should lead to."],
  ENAMETOOLONG: ["the name is too long", "Give a shorter name."],
  // A NUL, which no name can hold, or a character that the file system does not accept.
  ERR_INVALID_ARG_VALUE: ["it holds a character that no path can hold", "Correct the path."],
  EINVAL: ["its file system does not support this", "Check the path."],
  EILSEQ: ["its file system does not accept this name", "Give another name."],
  ESTALE: [
    "its network folder is not the one that was mounted (stale file handle)",
    "Mount that folder again.",
  ],
  EIO: ["its disk or network folder fails (input/output error)", "Check the disk or the connection."],
  EUCLEAN: ["its file system is damaged", "Check the disk."],
  EOVERFLOW: ["it is too large for this system", "Check the file."],
  EMFILE: ["too many files are open", "Raise the limit: ulimit -n."],
  ENFILE: ["too many files are open on this machine", "Try again when the machine is less busy."],
  EBUSY: ["it is in use", "Try again when no other program uses it."],
  ETXTBSY: ["it is in use", "Try again when no other program uses it."],
  ENOMEM: ["there is no memory left", "Free some memory."],
  ...Object.fromEntries(
    UNREACHABLE.map((code) => [
      code,
      [`its folder does not answer (${code})`, "Check that the folder is mounted and reachable."],
    ]),
  ),
};

/** Returns the message and the remedy for a system error; null for an error of another kind. */
export function systemErrorMeaning(error: unknown): readonly [what: string, remedy: string] | null {
  if (!(error instanceof Error)) return null;
  const { code = "", syscall } = error as NodeJS.ErrnoException;
  const known = MEANINGS[code];
  if (known !== undefined && (syscall !== undefined || code === "ERR_INVALID_ARG_VALUE")) return known;
  return syscall === undefined || !/^E[A-Z0-9]+$/.test(code)
    ? null
    : [error.message, "Check the path and its disk or network folder."];
}

/** Codes for glibc's texts about failed writes, which native code passes on. */
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

/** Returns the code for the glibc text at the end of a native message; undefined for other messages. */
export function systemCodeIn(message: string): string | undefined {
  return Object.entries(WORDS).find(([words]) => message.endsWith(words))?.[1];
}
