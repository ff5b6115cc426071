/** A command whose stdout or stderr cannot be written. */
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { program } from "../helpers/cli.js";
import { cohortArguments, halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

/** Run a command in a shell; `redirections` stand after it. Its stdout and stderr are where these leave them. */
function shell(args: readonly string[], redirections: string, cwd?: string) {
  const script = `"$0" "$@" ${redirections}`;
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["-o", "pipefail", "-c", script, process.execPath, program, ...args],
    {
      cwd,
      encoding: "utf8",
    },
  );
  return { status, stdout, stderr };
}

const model = fixture("models/mean-plus-sex.pt");

describe("a full disk for stdout is one error and exit code 1", () => {
  test.each([
    ["doctor"],
    ["help"],
    ["--version"],
    ["predict", "--help"],
    ["libtorch", "list"],
    ["manifest", "fields"],
    ["inspect", model],
    ["train", "--print_config"],
    ["train", "--optimizer.help", "SGD"],
    ["slurm", "template"],
    ["slurm", "submit", "--dry-run", "phantom", "--n", "3", "--out", "x"],
  ])("%s %s %s", (...args) => {
    const { status, stderr } = shell(args, "> /dev/full");
    expect(stderr).toMatch(/^error: cannot write stdout: the disk .* is full\n {2}\S.*\n$/);
    expect(status).toBe(1);
  });
});

/** A cohort of two rows, the command that predicts it, and what that writes undisturbed. */
async function smallRun() {
  const folder = await temporaryFolder();
  const bytes = await halves(200);
  await writeCohort(folder, [
    { image: "a.png", bytes, sex: "M" },
    { image: "b.png", bytes },
  ]);
  const csv = (name: string) => readFile(join(folder, name), "utf8");
  return { folder, bytes, args: cohortArguments(folder, model), csv };
}

test("single pictures into a full disk are an error, into a pipe without a reader none", async () => {
  const { folder } = await smallRun();
  const args = ["predict", "images/a", "--sex", "F", "--ckp_path", model, "--progress=none"];
  const full = shell(args, "> /dev/full", folder);
  expect(full.status).toBe(1);
  expect(full.stderr).toMatch(/error: cannot write stdout: the disk .* is full/);
  const gone = shell(args, "| true", folder);
  expect(gone.status).toBe(0);
  expect(gone.stderr).not.toContain("error");
});

describe("messages on stderr may be lost, the result not", () => {
  test.each([
    ["a full disk", "2> /dev/full"],
    ["a reader that goes away", "2>&1 | head -c 5"],
    ["a closed one", "2>&-"],
  ])("%s", async (_, redirections) => {
    const { args, csv } = await smallRun();
    expect(shell(args, redirections).status).toBe(0);
    const undisturbed = await csv("out.csv");
    expect(undisturbed.split("\n")).toHaveLength(4);
  });

  test("a terminal that is closed", async () => {
    const { folder, args, csv } = await smallRun();
    // The other end of the terminal is closed before the program has read its first file.
    const script = join(folder, "terminal.py");
    await writeFile(
      script,
      `import os, pty, sys
master, slave = pty.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    for fd in (0, 1, 2): os.dup2(slave, fd)
    os.close(master)
    os.execv(sys.argv[1], sys.argv[1:])
os.close(slave)
os.close(master)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
`,
    );
    const { status } = spawnSync("python3", [script, process.execPath, program, ...args]);
    expect(status).toBe(0);
    expect((await csv("out.csv")).split("\n")).toHaveLength(4);
  });

  test("errors keep their exit codes", () => {
    expect(shell(["inspect", "nowhere.pt"], "2> /dev/full").status).toBe(1);
    expect(shell(["predict", "--no-such-flag"], "2> /dev/full").status).toBe(2);
  });
});
