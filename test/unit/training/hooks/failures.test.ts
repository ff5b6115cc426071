import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { DeeplasiaError } from "../../../../src/errors.js";
import { Failures } from "../../../../src/training/hooks/failures.js";
import { csvRows } from "../../../helpers/cli.js";
import { temporaryFolder } from "../../../helpers/temporary.js";

const error = new DeeplasiaError("ERR_DEEPLASIA_IMAGE_UNREADABLE", "no picture");
const row = (number: number) => ({ row: number, dir: "a", imageId: `${number}.png` });

it("lists each row once, in the order of the annotations, those of the processes before too", async () => {
  const file = join(await temporaryFolder(), "failures.csv");
  const before = new Failures(file);
  expect([before.add(row(7), error), before.add(row(7), error)]).toEqual([true, false]);
  const state = JSON.parse(JSON.stringify(before.state()));

  const resumed = new Failures(file);
  resumed.add(row(9), error);
  resumed.restore(state);
  expect([resumed.add(row(7), error), resumed.add(row(2), error)]).toEqual([false, true]);
  await resumed.write();
  const rows = csvRows(await readFile(file, "utf8"));
  expect(rows.map((line) => Object.values(line).slice(0, 2))).toEqual([
    ["2", "a/2.png"],
    ["7", "a/7.png"],
    ["9", "a/9.png"],
  ]);
});
