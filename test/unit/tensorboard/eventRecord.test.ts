import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { crc32c, headerRecord, scalarRecord } from "../../../src/tensorboard/eventRecord.js";
import { temporaryFolder } from "../../helpers/temporary.js";
import { describeWithTensorBoard, readScalars } from "../../helpers/tensorboard.js";

it("has the CRC-32C of RFC 3720's examples", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Buffer.alloc(0))).toBe(0);
});

describeWithTensorBoard("TensorBoard", () => {
  it("reads the scalars: tags, steps of any size, values as float32, times", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "events.out.tfevents.1700000000.host.1.0");
    const written: [tag: string, value: number, step: number][] = [
      ["Metrics_Age/val_RescaledMAE", 63.79011917114258, 0],
      ["Metrics_Age/val_RescaledMAE", -1.5, 127],
      ["Metrics_Age/val_RescaledMAE", 0.1, 128],
      ["Metrics_Age/val_RescaledMAE", 1e-30, 300_000],
      ["Metrics_Age/val_RescaledMAE", 2, 5_000_000_000],
      ["lr-Adam", Number.NaN, 1],
      ["größer/ü", Number.POSITIVE_INFINITY, 1],
    ];
    await writeFile(file, headerRecord(1_700_000_000));
    for (const [tag, value, step] of written)
      await appendFile(file, scalarRecord(tag, value, step, 1_700_000_000.25 + (step % 1000)));
    const found = readScalars(folder);
    const expected = (tag: string) =>
      written
        .filter(([name]) => name === tag)
        .map(([, value, step]) => [step, Math.fround(value), 1_700_000_000.25 + (step % 1000)]);
    expect(found["Metrics_Age/val_RescaledMAE"]).toEqual(expected("Metrics_Age/val_RescaledMAE"));
    expect(found["lr-Adam"]).toEqual([[1, "nan", expect.any(Number)]]);
    expect(found["größer/ü"]).toEqual([[1, "inf", expect.any(Number)]]);
    expect(Object.keys(found)).toHaveLength(3);
  });

  it("takes no event after one that is damaged: its checksums are held against ours", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "events.out.tfevents.1700000000.host.1.0");
    await writeFile(file, headerRecord(0));
    for (const step of [0, 1, 2]) await appendFile(file, scalarRecord("a", step, step, 0));
    const bytes = await readFile(file);
    bytes[bytes.length - 8]! ^= 1;
    await writeFile(file, bytes);
    expect(readScalars(folder).a).toHaveLength(2);
  });
});
