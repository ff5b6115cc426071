/**
 * The package as users get it: packed, installed into an empty folder on a machine without a compiler, and run there.
 * With the prebuilds where they are current, else with this machine's build in their place.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
// @ts-expect-error: a script without types
import { findForBuild, isPrebuildCurrent } from "../../scripts/build-native.mjs";
// @ts-expect-error: a script without types
import { prebuildForHost } from "../../scripts/prebuild.mjs";
import { csvRows } from "../helpers/cli.js";
import { needsOf } from "../helpers/pageCommands.js";
import { blocksOf } from "../helpers/pages.js";
import { halves } from "../helpers/pictures.js";
import { describeWithTestData, fixture, projectRoot, testData } from "../helpers/testData.js";

const NEWEST_LTS = 26;
const COMPILERS = ["gcc", "g++", "cc", "c++", "clang", "clang++", "make", "cmake", "ninja", "node-gyp"];

let folder: string;
let installed: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "deeplasia-package-"));
  installed = join(folder, "empty folder");
  const libtorch = await findForBuild();
  const path = [withoutCompilers(join(folder, "bin")), process.env.PATH].join(delimiter);
  environment = { ...ownEnvironment(), PATH: path, DEEPLASIA_LIBTORCH: libtorch.directory };
  const tarball = pack(isPrebuildCurrent(libtorch) ? projectRoot : await packageWithHostBuild());
  mkdirSync(installed);
  execFileSync("npm", ["init", "--yes"], { cwd: installed, stdio: "ignore" });
  npmInstall(tarball);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The environment without the variables that `npm test` sets for this project. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
}

/** Programs that fail and record that they were called. */
function withoutCompilers(bin: string): string {
  mkdirSync(bin);
  for (const name of COMPILERS) {
    const stub = `#!/bin/sh\necho "$0 $*" >> '${join(folder, "compiler-calls")}'\nexit 1\n`;
    writeFileSync(join(bin, name), stub, { mode: 0o755 });
  }
  return bin;
}

/** A copy of the files from which the package is packed, so that the repository is not changed. */
async function packageWithHostBuild(): Promise<string> {
  const source = join(folder, "source");
  for (const name of shipped().filter((name) => name !== "prebuilds"))
    cpSync(join(projectRoot, name), join(source, name), { recursive: true });
  await prebuildForHost(source);
  return source;
}

/** The top level of what package.json lists, and of what npm adds itself. */
function shipped(): string[] {
  const { files } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
  const named = (files as string[]).filter((name) => !name.startsWith("!"));
  return ["LICENSE", "README.md", "package.json", ...named.map((name) => name.split("/")[0]!)];
}

function pack(source: string): string {
  const args = ["pack", "--json", "--pack-destination", folder];
  const [{ filename }] = JSON.parse(
    execFileSync("npm", args, { cwd: source, env: environment, encoding: "utf8" }),
  );
  return join(folder, filename);
}

function npmInstall(what: string): void {
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", what];
  execFileSync("npm", args, { cwd: installed, env: environment, stdio: ["ignore", "ignore", "inherit"] });
}

/** The program that `npx` finds. */
function run(args: string[], node = process.execPath) {
  const command = [join(installed, "node_modules/.bin/deeplasia-native"), ...args];
  return spawnSync(node, command, { cwd: installed, env: environment, encoding: "utf8" });
}

/** The newest long-term release of Node: npm's own packages carry it. */
function newestLts(): string {
  const name = `node-${process.platform}-${process.arch}`;
  const node = join(installed, "node_modules", name, "bin/node");
  if (!existsSync(node)) npmInstall(`${name}@${NEWEST_LTS}`);
  return node;
}

test("needs no install script and no compiler", () => {
  const { scripts = {} } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
  for (const name of ["preinstall", "install", "postinstall", "prepare"])
    expect(scripts).not.toHaveProperty(name);
  expect(existsSync(join(folder, "compiler-calls"))).toBe(false);
});

test("contains the program and the files that belong to it, and nothing else", () => {
  const names = readdirSync(join(installed, "node_modules/deeplasia-native")).sort();
  expect(names).toEqual(shipped().sort());
  expect(readdirSync(join(installed, "node_modules/deeplasia-native/examples"))).toEqual(["orthanc"]);
  expect(readdirSync(join(installed, "node_modules/deeplasia-native/dist"))).not.toContain(".stamp");
});

test("its declarations compile in a project without settings and types", () => {
  const folder = join(installed, "typed");
  mkdirSync(folder);
  const script = `
    import { type BoneAgeModel, loadModel, predictImage } from "deeplasia-native";
    const model: BoneAgeModel = await loadModel("model.pt");
    const { ageMonths }: { ageMonths: number } = await predictImage(model, new Uint8Array(1), { sex: "male" });
    // @ts-expect-error: no sex
    await predictImage(model, "hand.png", { sex: "boy" });
    console.log(ageMonths);`;
  writeFileSync(join(folder, "script.mts"), script);
  for (const lib of [undefined, ["ES2022"]]) {
    const compilerOptions = { module: "nodenext", strict: true, noEmit: true, skipLibCheck: false, lib };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const tsc = join(projectRoot, "node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  }
});

test("is not packed without its addon: npm prints the command that builds it", () => {
  const source = join(folder, "without addon");
  cpSync(join(projectRoot, "package.json"), join(source, "package.json"));
  cpSync(join(projectRoot, "dist"), join(source, "dist"), { recursive: true });
  for (const command of ["pack", "publish"]) {
    const { status, stderr } = spawnSync("npm", [command, "--dry-run"], {
      cwd: source,
      env: environment,
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain("npm run prebuilds");
  }
});

test("doctor finds the prebuilt addon and loads it", () => {
  const { status, stdout } = run(["doctor", "--json"]);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ usable: true, addon: { origin: "prebuild" } });
  expect(report.addon.cores[0].path).toContain(join(installed, "node_modules/deeplasia-native/prebuilds"));
  expect(status).toBe(0);
});

test("the README's first prediction", () => {
  const block = blocksOf("README.md").find(
    (block) => block.language === "sh" && needsOf(block).length === 0,
  )!;
  const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", block.text], {
    cwd: installed,
    env: environment,
    encoding: "utf8",
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stdout.match(/\t\d+\.\d months\ttruth /g)).toHaveLength(3);
});

test("predicts from a script", async () => {
  const script = `
    import { loadModel, predictImage } from "deeplasia-native";
    const model = await loadModel(process.argv[2]);
    const { ageMonths } = await predictImage(model, process.argv[3], { sex: "M" });
    await model.dispose();
    console.log(ageMonths);`;
  writeFileSync(join(installed, "script.mjs"), script);
  const output = execFileSync(
    process.execPath,
    ["script.mjs", fixture("models/mean-plus-sex.pt"), await hand()],
    {
      cwd: installed,
      env: environment,
      encoding: "utf8",
    },
  );
  expect(output).toBe("160\n");
});

/** A picture, half black and half white: its mean in the network's input is 0.5. */
async function hand(): Promise<string> {
  const file = join(installed, "hand.png");
  writeFileSync(file, await halves(200));
  return file;
}

describe("predicts with a synthetic model whose result is known", () => {
  const predict = async (node?: string) =>
    run(
      ["predict", await hand(), "--sex", "F", "--ckp_path", fixture("models/mean-plus-sex.pt"), "-o", "-"],
      node,
    );

  test("on this Node", async () => {
    const { status, stdout } = await predict();
    expect(status).toBe(0);
    // months are 120 + 40 * (mean + male / 2)
    expect(csvRows(stdout)).toMatchObject([{ image_ID: "hand.png", pred_bone_age: "140.0" }]);
  });

  test("and the same on the newest Node LTS", async () => {
    const { status, stdout } = await predict(newestLts());
    expect({ status, stdout }).toEqual({ status: 0, stdout: (await predict()).stdout });
  });
});

describeWithTestData(
  "predicts with the film model on real radiographs",
  ["models/rsna-film-cnn.pt", "radiographs/annotations.csv"],
  () => {
    const predict = (node?: string) =>
      run(
        [
          ...["predict", "--ckp_path", testData("models/rsna-film-cnn.pt"), "--output_path", "-"],
          ...["--manifest", fixture("manifests/rsna-film-cnn-area.json")],
          ...["--annotation_csv", testData("radiographs/annotations.csv")],
          ...["--img_dir", testData("radiographs/images"), "--mask_dirs", testData("radiographs/masks")],
        ],
        node,
      );

    test("the expected months, on this Node and the same on the newest LTS", () => {
      const { stdout } = predict();
      const months = csvRows(stdout).map(({ pred_bone_age }) => Number(pred_bone_age));
      const expected = csvRows(readFileSync(testData("models/rsna-film-cnn.expected.csv"), "utf8"));
      expect(months).toHaveLength(expected.length);
      for (const [i, row] of expected.entries())
        expect(Math.abs(months[i]! - Number(row.months_area))).toBeLessThan(0.05);
      expect(predict(newestLts()).stdout).toBe(stdout);
    });
  },
);
