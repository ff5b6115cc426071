import { join } from "node:path";
import { expect, it } from "vitest";
import { readSplit } from "../../../src/data/splits.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

async function read(text: string, column = "a") {
  const folder = await writeTree(await temporaryFolder(), { "split.csv": text });
  return readSplit(join(folder, "split.csv"), column);
}

it("looks up a patient by ID and folder, as text", async () => {
  const split = await read("patient_ID,dir,a,b\n1,x,train,test\n01,x,test,test\n1,,val,test\n");
  expect(split.valueOf("1", "x")).toBe("train");
  expect(split.valueOf("01", "x")).toBe("test");
  expect(split.valueOf("1", "")).toBe("val");
  expect(split.valueOf("2", "x")).toBeUndefined();
  expect([...split.counts]).toEqual([
    ["train", 1],
    ["test", 1],
    ["val", 1],
  ]);
});

it("does not mix up ID and folder", async () => {
  const split = await read("patient_ID,dir,a\n1,2x,train\n12,x,test\n");
  expect([split.valueOf("1", "2x"), split.valueOf("12", "x")]).toEqual(["train", "test"]);
});

it("counts equal rows once", async () => {
  const split = await read("patient_ID,dir,a\n1,x,train\n1,x,train\n");
  expect(split.counts.get("train")).toBe(1);
});

it("refuses rows that contradict each other and names both", async () => {
  await expect(read("patient_ID,dir,a\n1,x,train\n2,x,val\n1,x,test\n")).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_CSV",
    message: expect.stringMatching(/row 3 puts patient_ID "1", dir "x" in "test", row 1 in "train"/),
  });
});

it("ignores contradictions in other columns", async () => {
  expect((await read("patient_ID,dir,a,b\n1,x,train,test\n1,x,train,val\n")).valueOf("1", "x")).toBe("train");
});

it("lists the split columns if the wanted one is missing", async () => {
  await expect(read("patient_ID,dir,a,b\n1,x,train,test\n", "c")).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_CSV_COLUMN",
    message: expect.stringMatching(/no split column "c"; split columns found: "a", "b"/),
  });
  await expect(read("patient_ID,dir,a\n1,x,train\n", "dir")).rejects.toThrow(/no split column "dir"/);
});

it("refuses a row with missing cells and a file without the key columns", async () => {
  await expect(read("patient_ID,dir,a\n1,x\n")).rejects.toThrow(/row 1 has 2 cells/);
  await expect(read("patient,dir,a\n1,x,train\n")).rejects.toThrow(/no column "patient_ID"/);
});
