/** The scripts of docs/library.md, as they stand there: compiled as TypeScript, and run against the built package. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadModel } from "../../src/index.js";
import { runCli } from "../helpers/cli.js";
import { halves } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture, projectRoot } from "../helpers/testData.js";

function scriptsOf(page: string, language: string): string[] {
  const text = readFileSync(join(projectRoot, page), "utf8");
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map((match) => match[1]!);
}

const scripts = scriptsOf("docs/library.md", "js");
const [bytesScript, usingScript, serverScript, ...others] = scriptsOf("docs/library.md", "ts");

/** A folder with the files that the scripts name. */
async function project(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "node_modules"));
  await symlink(projectRoot, join(folder, "node_modules/deeplasia-native"));
  await copyFile(fixture("models/mean-plus-sex.pt"), join(folder, "model.pt"));
  await copyFile(fixture("models/mean-plus-sex.json"), join(folder, "model.json"));
  for (const place of ["images", "masks"]) {
    await mkdir(join(folder, place));
    await writeFile(join(folder, place, "a.png"), await halves(200));
  }
  await copyFile(join(folder, "images/a.png"), join(folder, "hand.png"));
  await copyFile(join(folder, "masks/a.png"), join(folder, "mask.png"));
  await writeFile(join(folder, "cohort.csv"), "image_ID,dir,sex\na.png,,M\nnone.png,,F\n");
  return folder;
}

const run = (folder: string, script: string) => {
  writeFileSync(join(folder, "script.mjs"), script);
  return execFileSync(process.execPath, ["script.mjs"], { cwd: folder, encoding: "utf8", stdio: "pipe" });
};

/** A user's compiler, without any settings of ours: the declarations are checked too. */
function compile(folder: string, sources: readonly string[]): void {
  const files = sources.map((source, i) => {
    writeFileSync(join(folder, `script${i}.ts`), source);
    return `script${i}.ts`;
  });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  const compilerOptions = { module: "nodenext", target: "es2022", strict: true, skipLibCheck: false };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  execFileSync(process.execPath, [join(projectRoot, "node_modules/typescript/bin/tsc"), "-p", folder], {
    stdio: "pipe",
  });
}

test("the pages have the scripts that are tested here", () => {
  expect(scripts).toHaveLength(4);
  expect(others).toEqual([]);
});

test("all compile as TypeScript, strictly", async () => {
  const folder = await project();
  try {
    compile(folder, scripts);
  } catch (error) {
    expect.fail(String((error as { stdout: Buffer }).stdout));
  }
});

test("bytes, and await using as TypeScript compiles it", async () => {
  const folder = await project();
  compile(folder, [bytesScript!, usingScript!]);
  const output = (i: number) =>
    execFileSync(process.execPath, [`script${i}.js`], { cwd: folder, encoding: "utf8" });
  expect(output(0)).toBe("M 160.0\n");
  expect(output(1)).toBe("140.0\n");
});

describe("the server", () => {
  /** Started on a port that is free; what it logs names it. */
  async function start() {
    const folder = await project();
    compile(folder, [serverScript!]);
    const child = spawn(process.execPath, ["script0.js", "model.pt", "0"], { cwd: folder });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [line] = await once(child.stdout, "data");
    const port = /port: (\d+)/.exec(String(line))![1];
    const log: string[] = [];
    child.stdout.on("data", (chunk) => log.push(String(chunk)));
    return { child, log, predict: `http://127.0.0.1:${port}/predict` };
  }

  test("predicts concurrent requests in batches, names faults, and answers accepted requests before it ends", async () => {
    const { child, log, predict } = await start();
    const body = await halves(200);
    const post = async (query: string, content: string | Blob = new Blob([body])) => {
      const response = await fetch(predict + query, { method: "POST", body: content });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, i) => post(`?sex=${i % 2 === 0 ? "F" : "male"}`)),
    );
    expect(all.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(all.map(({ body: { ageMonths } }) => ageMonths)).toEqual([140, 160, 140, 160, 140, 160, 140, 160]);
    expect(await post("?sex=boy")).toMatchObject({ status: 422, body: { code: "ERR_DEEPLASIA_OPTION" } });
    expect(await post("")).toMatchObject({ status: 422, body: { code: "ERR_DEEPLASIA_SEX" } });
    expect(await post("?sex=F", "no picture")).toMatchObject({
      status: 422,
      body: { code: "ERR_DEEPLASIA_IMAGE_UNREADABLE", remedy: expect.any(String) },
    });
    expect(await post("?sex=F", new Blob([new Uint8Array(33 * 1024 * 1024)]))).toMatchObject({ status: 413 });
    expect((await fetch(predict)).status).toBe(404);

    const crowd = await Promise.all(
      Array.from({ length: 50 }, (_, i) => post(`?sex=${i % 2 === 0 ? "F" : "M"}`)),
    );
    expect(crowd.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(crowd.map(({ body: { ageMonths } }) => ageMonths)).toEqual(
      Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 140 : 160)),
    );
    const sizes = [...log.join("").matchAll(/batch of (\d+)/g)].map(([, size]) => Number(size));
    expect(Math.max(...sizes)).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(16);

    const late = Promise.all([post("?sex=F"), post("?sex=M")]);
    await fetch(predict);
    child.kill("SIGTERM");
    expect((await late).map(({ status }) => status)).toEqual([200, 200]);
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

test("one picture, and a cohort", async () => {
  const output = run(await project(), scripts[0]!);
  // Under its mask the picture is all white on black: interval gives 0 and 1, half of each.
  expect(output).toMatch(/^hand\.png: 140\.0 months$/m);
  expect(output).toMatch(/^a\.png 160$/m);
});

test("a run that a signal may end", async () => {
  const folder = await project();
  expect(run(folder, scripts[1]!)).toBe("2\n");
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toMatch(/^a\.png,1\.0,/m);
});

test("a training loop of one's own", async () => {
  const folder = await project();
  await runCli(["init", "--out", join(folder, "fresh.pt"), "--seed", "1"]);
  const output = run(folder, scripts[2]!);
  const losses = [...output.matchAll(/^\d+ (\d+\.\d{4}) \d+\.\d\d$/gm)].map(([, loss]) => Number(loss));
  expect(losses).toHaveLength(20);
  // Four pictures are soon learnt by heart.
  const last = losses.slice(-5).reduce((sum, loss) => sum + loss, 0) / 5;
  expect(last).toBeLessThan(losses[0]! / 2);
  const model = await loadModel(join(folder, "trained.pt"));
  expect(model.contract).toMatchObject({ ageMeanMonths: 127.3, ageSdMonths: 41.2 });
  await model.dispose();
});

test("tensors of one's own", async () => {
  // Zeros: mean 0, plus 0.5 for male.
  expect(run(await project(), scripts[3]!)).toMatch(/Float32Array\(2\) \[ 0\.5, 0 \] null/);
});
