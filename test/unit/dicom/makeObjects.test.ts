import type { DataSet } from "dicom-parser";
import { describe, expect, test } from "vitest";
import { readDataset } from "../../../src/dicom/dataset.js";
import { decodeDicom } from "../../../src/dicom/decodeDicom.js";
import { drawText, textSize } from "../../../src/dicom/objects/bitmapText.js";
import type { Finding } from "../../../src/dicom/objects/finding.js";
import { makeObjects } from "../../../src/dicom/objects/makeObjects.js";
import { uidOf } from "../../../src/dicom/objects/uid.js";
import { dicomFile, greyElements } from "../../helpers/dicomFile.js";
import { isHand, PATIENT, study, UIDS } from "../../helpers/dicomStudy.js";

const finding: Finding = {
  ageMonths: 120.456,
  lines: ["Bone age 120.5 months", "research only"],
  algorithm: { name: "deeplasia-native", version: "1.2.3", parameters: ["model: a", "sex: F, given"] },
  identity: "same",
  mask: null,
  time: new Date(2026, 10, 30, 9, 5, 0),
};

const bytesAt = ({ elements, byteArray }: DataSet, tag: string) => {
  const { dataOffset, length } = elements[`x${tag.toLowerCase()}`]!;
  return Buffer.from(byteArray.subarray(dataOffset, dataOffset + length));
};

async function objects(more: Partial<Finding> = {}, source = study()) {
  const { report, capture } = await makeObjects(source, { ...finding, ...more });
  return { source: readDataset(source).elements, report, capture };
}

describe("report and copy", () => {
  test("have the bytes of the source's patient and study, and UIDs that refer to it", async () => {
    const { source, report, capture } = await objects();
    for (const file of [report, capture].map((bytes) => readDataset(bytes).elements)) {
      for (const tag of Object.keys(PATIENT)) expect(bytesAt(file, tag)).toEqual(bytesAt(source, tag));
      expect(file.string("x00080018")).toMatch(/^2\.25\.\d{30,39}$/);
      expect(file.string("x0020000e")).not.toBe(source.string("x0020000e"));
    }
    const [study_] = readDataset(report).elements.elements.x0040a375!.items!;
    const [series] = study_!.dataSet!.elements.x00081115!.items!;
    expect(study_!.dataSet!.string("x0020000d")).toBe("1.2.840.4711.1");
    expect(series!.dataSet!.string("x0020000e")).toBe("1.2.840.4711.2");
    const [image] = series!.dataSet!.elements.x00081199!.items!;
    expect(image!.dataSet!.string("x00081155")).toBe("1.2.840.4711.3");
  });

  test("have the same UIDs for the same result, others for another", async () => {
    const uidsOf = async (more: Partial<Finding>) => {
      const { report, capture } = await objects(more);
      return [report, capture].map((bytes) => readDataset(bytes).elements.string("x00080018"));
    };
    const first = await uidsOf({});
    expect(await uidsOf({ time: new Date() })).toEqual(first);
    expect(new Set([...first, ...(await uidsOf({ identity: "other" }))]).size).toBe(4);
  });

  test("hold empty elements where the source has none, and no side that it does not state", async () => {
    const { capture } = await objects({}, study({ "00100010": ["PN", ""], "00200060": ["CS", ""] }));
    const { elements } = readDataset(capture);
    expect(elements.elements.x00100010!.length).toBe(0);
    expect(elements.elements.x00200060!.length).toBe(0);
    expect(elements.elements.x00180015).toBeUndefined();
  });

  test("are refused for a file without the UIDs that they refer to; no message holds a value", async () => {
    await expect(objects({}, study({ "0020000d": ["UI", "GEHEIM"] }))).rejects.toThrow(
      /^its header has no valid StudyInstanceUID/,
    );
  });
});

describe("the annotated copy", () => {
  test("is the picture in 8 bits, with the outline of the mask and nothing else in it", async () => {
    const mask = new Uint8Array(200 * 150);
    for (let i = 0; i < mask.length; i++) mask[i] = isHand(2 * (i % 200), 2 * Math.floor(i / 200)) ? 255 : 0;
    const plain = await decodeDicom((await objects()).capture);
    const { capture } = await objects({
      mask: { data: mask, width: 200, height: 150, channels: 1, depth: 8 },
    });
    const drawn = await decodeDicom(capture);
    expect(drawn.data[150 * 400 + 200]).toBe(Math.round(((3000 - 2047.5) / 40.95 / 100) * 255 + 127.5));
    const changed = [...drawn.data].flatMap((value, i) => (value === plain.data[i] ? [] : [i]));
    const places = changed.map((i) => [i % 400, Math.floor(i / 400)] as const);
    // White on the square's own border, black just outside it.
    for (const [x, y] of places)
      expect(x === 99 || x === 100 || x === 299 || x === 300 || [49, 50, 249, 250].includes(y)).toBe(true);
    expect([100, 299].map((x) => drawn.data[150 * 400 + x])).toEqual([255, 255]);
    expect([99, 300].map((x) => drawn.data[150 * 400 + x])).toEqual([0, 0]);
  });

  test("has the lines below the picture; a large picture is made smaller", async () => {
    const small = await decodeDicom((await objects()).capture);
    expect([small.width, small.height]).toEqual([400, 300 + textSize(finding.lines, 3).height]);
    const large = dicomFile({ ...greyElements(3000, new Uint16Array(3000 * 200)), ...UIDS });
    const reduced = await decodeDicom((await objects({}, large)).capture);
    expect([reduced.width, reduced.height]).toEqual([1000, 66 + textSize(finding.lines, 4).height]);
  });
});

test("every letter of the lines that are burned in has pixels of its own", () => {
  const drawn = (letter: string) => {
    const canvas = { ...textSize([letter], 1), data: new Uint8Array(7 * 10) };
    drawText(canvas, [letter], { top: 0, scale: 1 });
    return canvas.data.join("");
  };
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,()-±:"];
  expect(new Set(letters.map(drawn)).size).toBe(letters.length);
  expect(drawn("a")).toBe(drawn("A"));
  expect(drawn(" ")).not.toMatch(/255/);
});

test("a UID is a UUID of version 8 below 2.25", () => {
  const hex = BigInt(uidOf("a").slice(5)).toString(16).padStart(32, "0");
  expect(hex).toMatch(/^.{12}8.{3}[89ab].{15}$/);
  expect(uidOf("a", "b")).not.toBe(uidOf("ab"));
});
