/** A process that watches is killed again and again: no file is lost, and no result comes twice. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { namesBelow } from "../../src/pacs/namesBelow.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { projectRoot } from "../helpers/testData.js";

const FILES = 60;
const KILLS = Number(process.env.DEEPLASIA_WATCH_KILLS ?? 6);
const uids = Array.from({ length: FILES }, (_, i) => `1.2.${i}`);
const content = (uid: string) => Buffer.concat([Buffer.alloc(128), Buffer.from(`DICM uid=${uid}`)]);

test("kill -9", async () => {
  const root = await temporaryFolder();
  const [input, output, taken] = ["in", "out", "taken"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [input, output, taken]) await mkdir(folder);
  const start = () =>
    spawn(process.execPath, [join(projectRoot, "test/helpers/fakeWatch.mjs"), input, output], {
      stdio: "inherit",
    });

  const twice: string[] = [];
  const seen = new Set<string>();
  /** Whoever takes results away sees it when one comes again. */
  const takeAway = async () => {
    for (const name of (await readdir(output)).filter((each) => /\.(dcm|json)$/.test(each))) {
      if (seen.has(name)) twice.push(name);
      seen.add(name);
      await rename(join(output, name), join(taken, name));
    }
  };
  const isDone = async () =>
    (await namesBelow(output)).filter((name) => name.startsWith("done/")).length === FILES;
  const feed = (async () => {
    for (const [i, uid] of uids.entries()) {
      const folder = join(input, `s${i % 5}`);
      await mkdir(folder, { recursive: true });
      // Some are written in place, in two parts; others are renamed in.
      const bytes = content(uid);
      if (i % 2 === 0) {
        await writeFile(join(folder, `${i}`), bytes.subarray(0, 100));
        await writeFile(join(folder, `${i}`), bytes);
      } else {
        await writeFile(join(folder, `.${i}.part`), bytes);
        await rename(join(folder, `.${i}.part`), join(folder, `${i}`));
      }
      await setTimeout(20);
    }
  })();

  let child: ChildProcess | undefined;
  for (let kill = 0; kill < KILLS; kill++) {
    child = start();
    // Most of this is the start of the process.
    const until = Date.now() + 300 + 700 * Math.random();
    const before = seen.size;
    while (Date.now() < until || (seen.size === before && !(await isDone()))) {
      await takeAway();
      await setTimeout(2);
    }
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await feed;
  child = start();
  while (!(await isDone())) {
    await takeAway();
    await setTimeout(10);
  }
  child.kill("SIGKILL");
  await once(child, "exit");
  await takeAway();

  expect(twice).toEqual([]);
  expect([...seen].sort()).toEqual(
    uids.flatMap((uid) => [".json", ".sc.dcm", ".sr.dcm"].map((end) => uid + end)).sort(),
  );
  const done = (await namesBelow(join(output, "done"))).sort();
  expect(done).toEqual(uids.map((_, i) => `s${i % 5}/${i}`).sort());
  for (const name of done)
    expect(await readFile(join(output, "done", name))).toEqual(content(`1.2.${name.split("/")[1]}`));
  expect(await namesBelow(input)).toEqual([]);
  expect(await readdir(join(output)).then((names) => names.sort())).toEqual([".deeplasia", "done"]);
});
