/** Shared by the set-up steps: running commands, and finding out whether a step's result is current. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** A fault that the user can put right; shown without a stack. */
export class SetupError extends Error {}

/**
 * Runs a command, in the project's root unless `cwd` names another folder, its output on stderr: stdout belongs to the program
 * that is set up. Quietly: the output is shown only where the command fails.
 */
export function run(command, args, { cwd = root, env = process.env, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const output = quiet ? "pipe" : process.stderr;
    const child = spawn(command, args, { cwd, env, stdio: ["inherit", output, output] });
    const kept = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => kept.push(chunk));
    child.on("error", (error) => reject(new SetupError(`${command}: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(kept));
      reject(new SetupError(`${command} ${args.join(" ")} ended with ${signal ?? `status ${code}`}`));
    });
  });
}

/** Digest of the names and contents of files and folders under the root, and of further strings. */
export function digest(paths, ...more) {
  const hash = createHash("sha256");
  const add = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
    } else {
      hash.update(`${relative(root, path)}\0`).update(readFileSync(path));
    }
  };
  for (const path of paths) add(join(root, path));
  for (const text of more) hash.update(`\0${text}`);
  return hash.digest("hex");
}

/** A file with the digest of the sources of a step's last result. */
export function stamp(path) {
  const file = join(root, path);
  return {
    matches: (value) => existsSync(file) && readFileSync(file, "utf8") === value,
    write(value) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, value);
    },
  };
}

/** Runs `main` if this module is the script that was started. A SetupError is printed in one line and sets the exit code. */
export async function runAsScript(moduleUrl, main) {
  if (process.argv[1] === undefined || fileURLToPath(moduleUrl) !== process.argv[1]) return;
  try {
    await main();
  } catch (error) {
    const isKnown = error instanceof SetupError || String(error?.code).startsWith("ERR_DEEPLASIA");
    console.error(isKnown ? `error: ${error.message}` : error);
    if (isKnown && error.remedy !== undefined) console.error(`  ${error.remedy}`);
    process.exitCode = error?.exitStatus ?? 1;
  }
}
