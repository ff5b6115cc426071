/** A folder that is watched by a service. */
import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { readDataset } from "../../src/dicom/dataset.js";
import { serve } from "../../src/index.js";
import { Arrivals } from "../../src/pacs/arrivals.js";
import { namesBelow } from "../../src/pacs/namesBelow.js";
import { study } from "../helpers/dicomStudy.js";
import { modelFile } from "../helpers/model.js";
import { refusal } from "../helpers/refusal.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";

const radiograph = study();

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(50);
}

test("results are written, what failed is set aside with its reason, what is not DICOM stays", async () => {
  const folder = await temporaryFolder();
  const [input, output] = [join(folder, "in"), join(folder, "out")];
  await writeTree(input, {
    "ward/hand.dcm": radiograph,
    "cut.dcm": radiograph.subarray(0, 20_000),
    "task.json": "{}",
    ".hidden.dcm": radiograph,
  });
  const log: string[] = [];
  const options = {
    ...{ model: [modelFile("mean-plus-sex")], port: 0, watchSettleMs: 100 },
    logStream: { write: (line: string) => void log.push(line) },
  };
  const service = await serve({ ...options, watch: [input, output] });
  onTestFinished(() => service.close());
  const ends = async (name: string) => (await namesBelow(output)).includes(name);
  await until(async () => (await ends("done/ward/hand.dcm")) && (await ends("failed/cut.dcm")));

  expect((await namesBelow(output)).sort()).toEqual([
    "1.2.840.4711.3.json",
    "1.2.840.4711.3.sc.dcm",
    "1.2.840.4711.3.sr.dcm",
    "done/ward/hand.dcm",
    "failed/cut.dcm",
    "failed/cut.dcm.reason.txt",
  ]);
  expect((await readdir(input)).sort()).toEqual([".deeplasia", ".hidden.dcm", "task.json", "ward"]);
  expect(await readFile(join(output, "done/ward/hand.dcm"))).toEqual(radiograph);
  const report = readDataset(await readFile(join(output, "1.2.840.4711.3.sr.dcm"))).elements;
  expect([report.string("x00080060"), report.string("x0020000d")]).toEqual(["SR", "1.2.840.4711.1"]);
  const answer = JSON.parse(await readFile(join(output, "1.2.840.4711.3.json"), "utf8"));
  expect(answer).toMatchObject({ used_sex: "female", picture: { sexFromHeader: true } });
  const reason = await readFile(join(output, "failed/cut.dcm.reason.txt"), "utf8");
  expect(reason).toMatch(/^ERR_DEEPLASIA_IMAGE_UNREADABLE: .*cut off/);
  for (const text of [reason, JSON.stringify(answer), ...log])
    expect(text).not.toMatch(/GEHEIM|SECRET42|ACC4711|cut\.dcm|hand\.dcm/);

  // A result that comes back is no radiograph, and another file of the same name is kept beside the first.
  await writeFile(join(input, "copy.dcm"), await readFile(join(output, "1.2.840.4711.3.sc.dcm")));
  await writeFile(join(input, "cut.dcm"), radiograph.subarray(0, 30_000));
  const failed = async () => (await readdir(join(output, "failed"))).sort();
  await until(async () => (await failed()).length === 6);
  expect(await failed()).toEqual([
    "copy.dcm",
    "copy.dcm.reason.txt",
    expect.stringMatching(/^cut\.[\da-f]{16}\.dcm$/),
    expect.stringMatching(/^cut\.[\da-f]{16}\.dcm\.reason\.txt$/),
    "cut.dcm",
    "cut.dcm.reason.txt",
  ]);
  expect(await readFile(join(output, "failed/copy.dcm.reason.txt"), "utf8")).toMatch(
    /result of this software/,
  );

  const second = await refusal(() => serve({ ...options, watch: [input, join(folder, "other")] }));
  expect(second.code).toBe("ERR_DEEPLASIA_OUTPUT");
  expect(second.message).toMatch(/in use by/);
});

test("a file is whole when it has not changed for a while", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "a"));
  const file = join(folder, "a/part");
  await writeFile(file, "");
  const arrivals = new Arrivals(folder, 1000);
  expect(await arrivals.scan(0)).toEqual([]);
  expect(await arrivals.scan(5000)).toEqual([]);
  await writeFile(file, radiograph.subarray(0, 1000));
  expect(await arrivals.scan(6000)).toEqual([]);
  expect(await arrivals.scan(6900)).toEqual([]);
  await appendFile(file, radiograph.subarray(1000));
  expect(await arrivals.scan(7100)).toEqual([]);
  expect(await arrivals.scan(8000)).toEqual([]);
  expect(await arrivals.scan(8100)).toEqual(["a/part"]);
});

test("folders that cannot be used are refused", async () => {
  const folder = await temporaryFolder();
  const refused = async (watch: [string, string]) => {
    const { code, message } = await refusal(() =>
      serve({ port: 0, model: [modelFile("mean-plus-sex")], watch }),
    );
    expect(code).toBe("ERR_DEEPLASIA_OPTION");
    return message;
  };
  expect(await refused([join(folder, "none"), join(folder, "out")])).toMatch(/none is not there/);
  expect(await refused([folder, join(folder, "out")])).toMatch(/lie one in the other/);
});
