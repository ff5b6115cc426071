import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { makePlaces, pathCases, runCases } from "../helpers/pathMatrix.js";
import { cohortArguments, halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";
import { fixture, projectRoot } from "../helpers/testData.js";

test("every command names an unusable path and its fault; none ends with an internal error", async () => {
  const folder = await temporaryFolder();
  onTestFinished(async () => {
    for (const path of ["", "images", "images/a", "locked"]) await chmod(join(folder, path), 0o755);
  });
  await makePlaces(folder);
  const cases = pathCases(folder);
  expect(cases.length).toBeGreaterThan(400);
  const outcomes = await runCases(cases, folder);
  const seen = cases.map(({ option, kind, path }, i) => ({ option, kind, path, ...outcomes[i]! }));
  const internal = seen.filter(({ stderr }) => /INTERNAL|\n\s+at /.test(stderr));
  expect(internal).toEqual([]);
  // Whatever fails says so of the path, of its folder, or of its option. (`convert` and `models add` look at the network first.)
  const isNamed = ({ option, path, stderr }: (typeof seen)[number]) =>
    [option.split(" ").at(-1)!, path.split("\0")[0] || " is empty", "cannot make the folder"].some((name) =>
      stderr.includes(name),
    );
  const silent = seen.filter((outcome) => [1, 2].includes(outcome.code) && !isNamed(outcome));
  // `calibrate` refuses so few pictures before it reaches the path, where the path is no hindrance till then.
  const isRefusal = ({ option, stderr }: (typeof seen)[number]) =>
    option.startsWith("calibrate ") && stderr.includes("not written: there are 3 pictures");
  const others = silent
    .filter(({ option }) => !/^convert --|^models add --|^cohort import (rsna|dha|dicom)/.test(option))
    .filter((outcome) => !isRefusal(outcome));
  expect(others.map(({ option, kind, stderr }) => `${option} ${kind}: ${stderr.slice(-200)}`)).toEqual([]);
}, 300_000);

describe("a picture that cannot be reached", () => {
  test("among others is a failed row, and the others are predicted", async () => {
    const folder = await writeTree(await temporaryFolder(), { "a.png": await halves(200) });
    const long = `${"n".repeat(300)}.png`;
    const pictures = ["a.png", "a.png/b.png", long].map((name) => join(folder, name));
    const args = [
      "predict",
      ...pictures,
      "--sex=F",
      "-o",
      join(folder, "o.csv"),
      "-m",
      fixture("models/mean-plus-sex.pt"),
    ];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(3);
    expect(csvRows(await readFile(join(folder, "o.csv"), "utf8"))).toHaveLength(1);
    expect(stderr).toContain("1 of 3 rows predicted");
    expect(await readFile(join(folder, "o.csv.failures.csv"), "utf8")).toContain("the name is too long");
  });

  test("is a failed row of a cohort", async () => {
    const folder = await temporaryFolder();
    const bytes = await halves(200);
    await writeCohort(folder, [
      { image: "a.png", bytes },
      { image: "n".repeat(300) },
      { image: "c.png", bytes },
    ]);
    const { code } = await runCli(cohortArguments(folder, fixture("models/mean-plus-sex.pt")));
    expect(code).toBe(3);
    expect(await readFile(join(folder, "out.csv.failures.csv"), "utf8")).toContain("the name is too long");
  });
});

test.each([
  ["phantom", "phantom --n=1 --out=/proc/foo/a", {}],
  [
    "libtorch install",
    `libtorch install --from=${fixture("models/traced.pt")}`,
    { DEEPLASIA_CACHE: "/proc/foo/a" },
  ],
])("where a file system takes no folder, %s ends and says so", async (_, line, env) => {
  const { code, stderr } = await runCli(line.split(" "), { env });
  expect(code).toBe(1);
  expect(stderr).toContain("the file system of /proc takes no new folders");
});

test("one function makes folders, and it does not use Node's recursive mkdir", async () => {
  const files = (await readdir(join(projectRoot, "src"), { recursive: true })).filter((name) =>
    /\.c?ts$/.test(name),
  );
  const texts = await Promise.all(files.map((file) => readFile(join(projectRoot, "src", file), "utf8")));
  const recursive = files.filter((_, i) => /mkdir(Sync)?\([^;]*recursive/.test(texts[i]!));
  expect(recursive).toEqual([]);
});
