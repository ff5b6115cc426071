import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { program, runCli } from "../helpers/cli.js";
import { fakePython, torchFiles, torchWheel, wheel, writeFiles } from "../helpers/libtorch.js";
import { temporaryFolder } from "../helpers/temporary.js";

let folder: string;
let env: Record<string, string>;

/** The environment of a machine without libtorch. */
beforeEach(async () => {
  folder = await temporaryFolder();
  const bin = fakePython(join(folder, "bin"));
  env = {
    ...{ DEEPLASIA_CACHE: join(folder, "cache"), DEEPLASIA_LIBTORCH: "", LIBTORCH: "", LD_LIBRARY_PATH: "" },
    PATH: `${bin}:/usr/bin:/bin`,
  };
});

function file(name: string, content: Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const builds = () => {
  const parent = join(folder, "cache/libtorch");
  return existsSync(parent) ? readdirSync(parent).sort() : [];
};

/** Makes a wheel that takes a moment to unpack. */
function slowWheel(): Buffer {
  const torch = Object.entries(torchFiles()).map(([path, content]) => [`torch/${path}`, content]);
  const headers = Array.from({ length: 1000 }, (_, i) => [`torch/include/${i}.h`, "x".repeat(10_000)]);
  return wheel(Object.fromEntries([...torch, ...headers]));
}

describe("libtorch", () => {
  test("install, list, remove", async () => {
    const from = file("t.whl", torchWheel());
    const torch = join(folder, "cache/libtorch/2.13.0-cpu/torch");
    const installed = await runCli(["libtorch", "install", "--from", from], { env });
    expect([installed.code, installed.stdout]).toEqual([0, `installed: ${torch}\n`]);
    const listed = await runCli(["libtorch", "list"], { env });
    expect(listed.stdout).toContain(`* cache  2.13.0+cpu  ${torch}\n* is used:`);
    const removed = await runCli(["libtorch", "remove"], { env });
    expect(removed.stdout).toBe(`removed ${join(folder, "cache/libtorch/2.13.0-cpu")}\n`);
    expect(builds()).toEqual([]);
  });

  test("--version belongs to install, not to the program", async () => {
    const { code, stderr } = await runCli(["libtorch", "install", "--version", "9.9.9"], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/torch 9\.9\.9|no Python with pip/);
  });

  test("list prints how to get one", async () => {
    const { code, stdout } = await runCli(["libtorch", "list"], { env });
    expect(stdout).toMatch(/none is used: .*`npx deeplasia-native libtorch install`/);
    expect(code).toBe(0);
  });

  test("a folder named torch in the current directory is not mistaken for Python's", async () => {
    const work = join(folder, "work");
    writeFiles(work, { "torch/__init__.py": "" });
    const python = spawnSync("which", ["python3"], { encoding: "utf8" }).stdout.trim();
    if (python === "") return;
    const { stdout } = await runCli(["libtorch", "list"], {
      env: { ...env, PATH: process.env.PATH ?? "" },
      cwd: work,
    });
    expect(stdout).not.toContain(work);
  });

  test.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)(
    "%s while unpacking: nothing under a final name, and the next one works",
    async (signal) => {
      const from = file("t.whl", slowWheel());
      const ended = await runCli(["libtorch", "install", "--from", from], {
        env,
        onStderr: (text, kill) => text.includes("unpacking") && kill(signal),
      });
      expect(ended.signal).toBe(signal);
      expect(builds().filter((name) => !name.startsWith("."))).toEqual([]);
      if (signal !== "SIGKILL") expect(builds()).toEqual([]);
      const again = await runCli(["libtorch", "install", "--from", from], { env });
      expect([again.code, builds()]).toEqual([0, ["2.13.0-cpu"]]);
    },
  );

  test("two concurrent installations both succeed", async () => {
    const from = file("t.whl", slowWheel());
    const both = await Promise.all(
      [1, 2].map(() => runCli(["libtorch", "install", "--from", from], { env })),
    );
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(builds()).toEqual(["2.13.0-cpu"]);
  });

  test("a damaged wheel is named, and nothing is left behind", async () => {
    const from = file(
      "t.whl",
      torchWheel({}, { alter: (record) => record.replace(/(libc10\.so,sha256=)..../, "$1AAAA") }),
    );
    const { code, stderr } = await runCli(["libtorch", "install", "--from", from], { env });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `error: ${from} cannot be unpacked: torch/lib/libc10.so differs from its RECORD`,
    );
    expect(builds()).toEqual([]);
  });
});

describe("a command that needs libtorch and finds none", () => {
  const needy = ["inspect", "model.pt"];

  test("fails without a terminal, with the install command", async () => {
    mkdirSync(join(folder, "work"));
    const { code, stderr } = await runCli(needy, { env, cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/no libtorch was found\n {2}Run `npx deeplasia-native libtorch install`\./);
  });

  const hasScript = spawnSync("script", ["--version"]).status === 0;
  test.runIf(hasScript)("asks on a terminal, with size and place, and respects a no", () => {
    const command = [process.execPath, program, ...needy].join(" ");
    const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], {
      env: { ...process.env, ...env },
      cwd: folder,
      input: "n\n",
      encoding: "utf8",
    });
    expect(stdout).toMatch(
      /Install libtorch 2\.\d+\.\d+ into .*cache \(about 190 MB.*510 MB on disk\)\? \[Y\/n\]/,
    );
    expect(stdout).toContain("no libtorch was found");
    expect(builds()).toEqual([]);
  });
});
