/** Checks a row and its files with the functions that predict and train use. */
import { type BadRow, type CohortRow, whyUntrainable } from "../data/annotations.js";
import type { Locator } from "../data/locator.js";
import { type DeeplasiaError, type ErrorCode, toDeeplasiaError } from "../errors.js";
import { pathSize } from "../files/pathKind.js";
import { decodePicture } from "../image/decodePicture.js";
import type { RawPicture } from "../native.js";
import type { Finding, FindingKind } from "./findings.js";

/** The finding that an error of a row becomes. */
const KIND_OF: Partial<Record<ErrorCode, FindingKind>> = {
  ERR_DEEPLASIA_SEX: "sex-unknown",
  ERR_DEEPLASIA_IMAGE_MISSING: "picture-missing",
  ERR_DEEPLASIA_IMAGE_UNREADABLE: "picture-unreadable",
  ERR_DEEPLASIA_MASK_MISSING: "mask-missing",
};

/** The result of `checkRow`. */
export interface CheckedRow {
  /** The content of the row; null if it cannot be read. */
  row: CohortRow | null;
  /** Path and size in bytes of the picture; null if it does not exist. */
  picture: { path: string; bytes: number } | null;
  findings: Omit<Finding, "row">[];
}

/** What rows are checked for. */
export interface RowCheck {
  locator: Locator;
  /** Path of the annotations, for messages. */
  file: string;
  /** Whether a row without a bone age is a finding. */
  agesMatter: boolean;
  /** Whether pictures and masks are decoded. */
  decode: boolean;
}

/** Checks a row; `imagePath` is the path of its picture under the name in the row. */
export async function checkRow(
  given: CohortRow | BadRow,
  imagePath: string,
  { locator, file, agesMatter, decode }: RowCheck,
): Promise<CheckedRow> {
  const checked: CheckedRow = { row: null, picture: null, findings: [] };
  if ("error" in given) checked.findings.push(ofError(given.error));
  const row = withoutSex(given);
  if (row === null) return checked;
  if (!("error" in given)) {
    checked.row = row;
    const useless = agesMatter ? whyUntrainable(row, file) : null;
    if (useless !== null) checked.findings.push({ kind: "age-missing", what: useless.message });
  }
  const sample = await locator.locate({ index: row.row, row, imagePath });
  locator.note(sample);
  if ("error" in sample) {
    checked.findings.push(ofError(sample.error, imagePath));
    if (!sample.dropped) return checked;
  }
  const path = "error" in sample ? imagePath : sample.imagePath;
  const bytes = await pathSize(path).catch(() => null);
  if (bytes !== null) checked.picture = { path, bytes };
  if (decode && bytes !== null)
    checked.findings.push(...(await decodeBoth(path, "error" in sample ? null : sample.maskPath)));
  return checked;
}

/** Returns a row without its sex if only its sex cannot be read, so that its files are still checked. */
function withoutSex(row: CohortRow | BadRow): CohortRow | null {
  if (!("error" in row)) return row;
  if (row.error.code !== "ERR_DEEPLASIA_SEX") return null;
  const { imageId, dir, patientId } = row;
  return { row: row.row, imageId, dir, patientId: patientId ?? "", sex: null, boneAgeMonths: null };
}

function ofError({ code, message }: DeeplasiaError, path?: string): Omit<Finding, "row"> {
  return { kind: KIND_OF[code] ?? "bad-row", what: path === undefined ? message : `${path}: ${message}` };
}

async function decodeBoth(path: string, maskPath: string | null): Promise<Omit<Finding, "row">[]> {
  const findings: Omit<Finding, "row">[] = [];
  const read = async (file: string, role: "image" | "mask") => {
    try {
      return await decodePicture(file, { role });
    } catch (error) {
      const kind = role === "image" ? "picture-unreadable" : "mask-unreadable";
      findings.push({ kind, what: `${file}: ${toDeeplasiaError(error).message}` });
      return null;
    }
  };
  const picture = await read(path, "image");
  if (picture !== null && isConstant(picture)) findings.push({ kind: "picture-blank", what: path });
  const mask = maskPath === null ? null : await read(maskPath, "mask");
  if (mask === null) return findings;
  if (Buffer.compare(mask.data, Buffer.alloc(mask.data.length)) === 0)
    findings.push({ kind: "mask-empty", what: maskPath! });
  if (picture !== null && sizeText(picture) !== sizeText(mask))
    findings.push({
      kind: "mask-size",
      what: `${maskPath}: ${sizeText(mask)}; the picture is ${sizeText(picture)}`,
    });
  return findings;
}

const sizeText = ({ width, height }: RawPicture) => `${width} x ${height}`;

/** Returns whether all pixels are equal. */
function isConstant({ data, channels, depth }: RawPicture): boolean {
  const pixel = channels * (depth / 8);
  return Buffer.compare(data.subarray(pixel), data.subarray(0, -pixel)) === 0;
}
