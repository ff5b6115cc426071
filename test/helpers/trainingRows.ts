/** Rows for training, with pictures that a test defines. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Contract } from "../../src/contract/contract.js";
import type { AgeRow } from "../../src/training/trainingRow.js";
import { halves } from "./pictures.js";

export const SIDE = 32;

/** Contract of a small network whose pictures keep their grey values. */
export const plainContract: Contract = {
  formatVersion: 1,
  kind: "bone_age",
  name: "",
  licence: "",
  provenance: "",
  intendedUse: "",
  inputSize: [1, SIDE, SIDE],
  fit: "stretch",
  resize: "linear",
  normalise: "none",
  maskNeeded: false,
  maskCropSize: -1,
  subtractBackground: false,
  sexEncoding: "male-1",
  ageUnit: "z",
  biasSlope: 0,
  biasIntercept: 0,
};

/** Grey value of the right half of a row's picture; the left half is black. */
export const greyOf = (row: number) => 50 + 5 * row;

/** Makes rows with pictures in `folder`; the files of rows in `broken` are not pictures. */
export async function trainingRows(folder: string, count: number, broken: number[] = []): Promise<AgeRow[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const row = i + 1;
      const imagePath = join(folder, `${row}.png`);
      await writeFile(imagePath, broken.includes(row) ? "no picture" : await halves(greyOf(row), SIDE));
      const isMale = i % 2 === 0;
      return {
        index: i,
        row,
        imageId: `${row}.png`,
        dir: "",
        patientId: `${row}`,
        sex: isMale ? ("M" as const) : ("F" as const),
        male: isMale ? (1 as const) : (0 as const),
        boneAgeMonths: 10 * row,
        ageZ: Math.fround((row - count / 2) / count),
        imagePath,
        maskPath: null,
      };
    }),
  );
}
