/** Reports and annotated copies pass dciodvfy (dicom3tools), and highdicom reads the bone age back. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/dicom/objects/finding.js";
import { makeObjects } from "../../src/dicom/objects/makeObjects.js";
import type { Elements } from "../helpers/dicomFile.js";
import { isHand, study } from "../helpers/dicomStudy.js";
import { pythonWith } from "../helpers/python.js";
import { temporaryFolder } from "../helpers/temporary.js";

const execute = promisify(execFile);

/** The errors that it names; null where there is no such program. It prints on stderr. */
async function dciodvfy(file: string): Promise<string[] | null> {
  const { stderr } = await execute("dciodvfy", [file]).catch((error) => error as { stderr?: string });
  return stderr === undefined || stderr === ""
    ? null
    : stderr.split("\n").filter((line) => /^Error/.test(line));
}

const hasVerifier = (await execute("dciodvfy", ["-version"]).catch((error) => error)).code !== "ENOENT";
const highdicom = await pythonWith("highdicom-0.28.2", [["highdicom==0.28.2", "pydicom==3.0.2"]]);

const mask = { data: new Uint8Array(400 * 300), width: 400, height: 300, channels: 1, depth: 8 as const };
for (let i = 0; i < mask.data.length; i++) mask.data[i] = isHand(i % 400, Math.floor(i / 400)) ? 255 : 0;
const finding: Finding = {
  ageMonths: 120.456,
  lines: ["Bone age 120.5 months", "10 years 0 months", "research only, not for diagnosis"],
  algorithm: { name: "deeplasia-native", version: "1.2.3", parameters: ["model: a", "sex: F, given"] },
  ...{ identity: "same", mask, time: new Date() },
};

async function written(more: Elements = {}): Promise<{ report: string; capture: string }> {
  const folder = await temporaryFolder();
  const { report, capture } = await makeObjects(study(more), finding);
  const paths = { report: join(folder, "a.sr.dcm"), capture: join(folder, "a.sc.dcm") };
  await writeFile(paths.report, report);
  await writeFile(paths.capture, capture);
  return paths;
}

describe.skipIf(!hasVerifier)(`dciodvfy${hasVerifier ? "" : " (not installed)"}`, () => {
  test.each<[string, Elements]>([
    ["a hand with its side", {}],
    ["a side in another element", { "00200060": ["CS", ""], "00200062": ["CS", "R"] }],
    ["no side", { "00200060": ["CS", ""] }],
    ["neither side nor body part", { "00200060": ["CS", ""], "00180015": ["CS", ""] }],
    [
      "a lossy picture",
      { "00282110": ["CS", "01"], "00282112": ["DS", "10"], "00282114": ["CS", "ISO_10918_1"] },
    ],
    [
      "a study without most of its facts",
      { "00080050": ["SH", ""], "00080090": ["PN", ""], "00200010": ["SH", ""] },
    ],
  ])("finds no error with %s", async (_, more) => {
    const { report, capture } = await written(more);
    expect(await dciodvfy(report)).toEqual([]);
    expect(await dciodvfy(capture)).toEqual([]);
  });
});

describe.skipIf("missing" in highdicom)(
  `highdicom${"missing" in highdicom ? ` (${highdicom.missing})` : ""}`,
  () => {
    test("reads the bone age, its unit, algorithm and picture back, and pydicom the copy", async () => {
      if ("missing" in highdicom) return;
      const { report, capture } = await written();
      const read = JSON.parse(
        await highdicom.run(join(import.meta.dirname, "readReport.py"), report, capture),
      );
      expect(read).toEqual({
        sopClass: "Comprehensive SR Storage",
        ...{ value: 120.46, unit: "mo", name: ["85151-9", "LN"], site: ["85562004"] },
        ...{ image: "1.2.840.4711.3", source: "1.2.840.4711.3" },
        algorithm: [["deeplasia-native"], ["1.2.3"], ["model: a", "sex: F, given"]],
        comment: ["research only, not for diagnosis"],
        patient: Array(2).fill(["GEHEIM^Äße", "SECRET42", "1.2.840.4711.1"]),
        pixels: [0, 255, 300 + 56, 400],
      });
    });
  },
);
