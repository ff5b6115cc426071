/** What the header of a DICOM file states of the child: the sex of a subject without one, and the age. */
import { DeeplasiaError } from "../../errors.js";
import type { BlockRow, PictureStage } from "../block.js";

export interface HeaderUse {
  /** Whether the header gives the sex of a subject without one. */
  takesSex: boolean;
  /** Whether a network needs the sex, and no sex model predicts it. */
  needsSex: boolean;
}

export function readHeader({ takesSex, needsSex }: HeaderUse): PictureStage {
  return async (row, { picture }) => {
    row.header = picture.patient ?? null;
    const stated = row.header?.sex ?? null;
    if (row.sex !== null && stated !== null && stated !== row.sex)
      row.notes = [
        { kind: "other-sex", text: `its header states the other sex (${stated}); ${row.sex} is used` },
      ];
    if (!takesSex || row.sex !== null) return;
    if (stated !== null) Object.assign(row, { sex: stated, sexFromHeader: true });
    else if (needsSex) throw withoutSex(row);
  };
}

/** The header's word is left out: it may be anything. */
function withoutSex({ header }: BlockRow): DeeplasiaError {
  const problem = header === null ? "none is given" : "its header states neither F nor M";
  return new DeeplasiaError("ERR_DEEPLASIA_SEX", `this model needs the sex of the child, and ${problem}`, {
    remedy: 'Add `sex: "F"` or `sex: "M"`, or a model that predicts it as `sexModel`.',
  });
}
