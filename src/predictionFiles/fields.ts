/** Writes the fields of a record as CSV cells and JSON, and reads them back. */

import type { AgeInterval } from "../boneAge/ageIntervals.js";
import type { AgeSpread } from "../boneAge/ageSpread.js";
import { type MemberMonths, standardDeviation } from "../boneAge/ensembleReading.js";
import type { ViewReading } from "../boneAge/viewsReading.js";
import type { Sex } from "../data/annotations.js";
import { decimalText, float32Text } from "../data/numberText.js";
import type { MadeMask } from "../inference/madeMask.js";

/** One kind of value, as a cell of a CSV line and as JSON, both ways. */
interface Codec<T> {
  toCell(value: T): string;
  fromCell(cell: string): T;
  toJson(value: T): string;
  fromJson(value: unknown): T;
}

/** A field of a record: its key, which is that of JSON lines too, and its columns. */
export interface Field {
  key: string;
  columns: readonly string[];
  toCells(value: unknown): string[];
  fromCells(cells: readonly string[]): unknown;
  toJson(value: unknown): string;
  fromJson(value: unknown): unknown;
}

const plainJson = {
  toJson: (value: unknown) => JSON.stringify(value),
  fromJson: (value: unknown) => value as never,
};
export const plainText: Codec<string> = { toCell: (value) => value, fromCell: (cell) => cell, ...plainJson };
export const maybeText: Codec<string | null> = {
  toCell: (value) => value ?? "",
  fromCell: (cell) => (cell === "" ? null : cell),
  ...plainJson,
};
export const rowNumber: Codec<number> = {
  toCell: String,
  fromCell: (cell) => (/^[1-9]\d*$/.test(cell) ? Number(cell) : Number.NaN),
  ...plainJson,
};
/** As the reference has it. */
export const sex: Codec<Sex | null> = {
  toCell: (value) => (value === null ? "" : value === "M" ? "1.0" : "0.0"),
  fromCell: (cell) => (cell === "" ? null : cell === "1.0" ? "M" : "F"),
  ...plainJson,
};
export const months: Codec<number | null> = {
  toCell: (value) => (value === null ? "" : decimalText(String(value))),
  fromCell: (cell) => (cell === "" ? null : Number(cell)),
  ...plainJson,
};
/** JSON by hand: `JSON.stringify` would write float32 values with 17 digits. */
export const float32: Codec<number | null> = {
  toCell: (value) => (value === null ? "" : float32Text(value)),
  fromCell: (cell) => (cell === "" ? null : Math.fround(Number(cell))),
  toJson: (value) => (value === null ? "null" : float32Text(value)),
  fromJson: (value) => (value == null ? null : Math.fround(value as number)),
};
/** As pandas writes booleans. */
export const flag: Codec<boolean> = {
  toCell: (value) => (value ? "True" : "False"),
  fromCell: (cell) => cell === "True",
  ...plainJson,
};

/** Flags in one cell, joined by `;`; null where nothing was checked. */
export const flags: Codec<readonly string[] | null> = {
  toCell: (value) => value?.join(";") ?? "",
  fromCell: (cell) => (cell === "" ? [] : cell.split(";")),
  ...plainJson,
};

/** A field of one column. */
export function field<T>(key: string, column: string, codec: Codec<T>): Field {
  return {
    key,
    columns: [column],
    toCells: (value) => [codec.toCell(value as T)],
    fromCells: ([cell]) => codec.fromCell(cell!),
    toJson: (value) => codec.toJson(value as T),
    fromJson: codec.fromJson,
  };
}

/** The mask that a model made: three columns, empty for a mask that was given. */
export const madeMaskField: Field = {
  key: "mask",
  columns: ["mask_area", "mask_box", "mask_confidence"],
  toCells(value) {
    const mask = value as MadeMask | null;
    if (mask === null) return ["", "", ""];
    const { x, y, width, height } = mask.box;
    return [float32.toCell(mask.area), `${x} ${y} ${width} ${height}`, float32.toCell(mask.confidence)];
  },
  fromCells([area, box, confidence]) {
    if (area === "") return null;
    const [x, y, width, height] = box!.split(" ").map(Number);
    return {
      area: float32.fromCell(area!),
      box: { x, y, width, height },
      confidence: float32.fromCell(confidence!),
    };
  },
  toJson(value) {
    const mask = value as MadeMask | null;
    if (mask === null) return "null";
    const { area, box, confidence } = mask;
    const numbers = [float32.toJson(area), JSON.stringify(box), float32.toJson(confidence)];
    return `{"area":${numbers[0]},"box":${numbers[1]},"confidence":${numbers[2]}}`;
  },
  fromJson(value) {
    const mask = value as MadeMask | null;
    if (mask === null) return null;
    return { ...mask, area: Math.fround(mask.area), confidence: Math.fround(mask.confidence) };
  },
};

/** The distribution of one model's age, and the age of each network in it if they are several, with their deviation. */
export function spreadField(networks: number): Field {
  const names = networks > 1 ? Array.from({ length: networks }, (_, i) => `pred_net${i}`) : [];
  return {
    key: "spread",
    columns: ["pred_sd", "pred_q05", "pred_q95", ...names, ...(networks > 1 ? ["ensemble_sd"] : [])],
    toCells(value) {
      const { sdMonths, lowMonths, highMonths, memberMonths } = value as AgeSpread;
      const own = networks > 1 ? [...memberMonths, standardDeviation(memberMonths)] : [];
      return [sdMonths, lowMonths, highMonths, ...own].map(float32.toCell);
    },
    fromCells(cells) {
      const [sdMonths, lowMonths, highMonths, ...rest] = cells.map((cell) => float32.fromCell(cell)!);
      return { sdMonths, lowMonths, highMonths, memberMonths: rest.slice(0, names.length) };
    },
    toJson(value) {
      const { sdMonths, lowMonths, highMonths, memberMonths } = value as AgeSpread;
      const [sd, low, high] = [sdMonths, lowMonths, highMonths].map(float32.toJson);
      const own = memberMonths.map(float32.toJson).join();
      return `{"sdMonths":${sd},"lowMonths":${low},"highMonths":${high},"memberMonths":[${own}]}`;
    },
    fromJson(value) {
      const { sdMonths, lowMonths, highMonths, memberMonths } = value as AgeSpread;
      return {
        ...{ sdMonths: Math.fround(sdMonths), lowMonths: Math.fround(lowMonths) },
        ...{ highMonths: Math.fround(highMonths), memberMonths: memberMonths.map(Math.fround) },
      };
    },
  };
}

/** A column for each member, with its name. */
export function membersField(names: readonly string[]): Field {
  type Members = readonly MemberMonths[];
  return {
    key: "members",
    columns: names,
    toCells: (value) => (value as Members).map(({ ageMonths }) => float32.toCell(ageMonths)),
    fromCells: (cells) => names.map((name, i) => ({ name, ageMonths: float32.fromCell(cells[i]!) })),
    toJson: (value) => {
      const json = ({ name, ageMonths }: MemberMonths) =>
        `{"name":${JSON.stringify(name)},"ageMonths":${float32.toJson(ageMonths)}}`;
      return `[${(value as Members).map(json).join()}]`;
    },
    fromJson: (value) =>
      (value as Members).map(({ name, ageMonths }) => ({ name, ageMonths: float32.fromJson(ageMonths) })),
  };
}

/** The columns of a view: its bone age, months, and its probability of male. */
export const viewColumns = (view: string) => [`pred_bone_age-${view}`, `sex_hat-${view}`] as const;

/** What is predicted of each view, and the standard deviation between them. */
export function viewsField(names: readonly string[], hasSexHead: boolean): Field {
  type Views = readonly ViewReading[];
  const width = hasSexHead ? 2 : 1;
  return {
    key: "views",
    columns: [...names.flatMap((name) => viewColumns(name).slice(0, width)), "tta_sd"],
    toCells(value) {
      const views = value as Views;
      const cells = views.flatMap(({ ageMonths, sexHat }) => [ageMonths, sexHat].slice(0, width));
      return [...cells, standardDeviation(views.map(({ ageMonths }) => ageMonths))].map(float32.toCell);
    },
    fromCells(cells) {
      const numbers = cells.map(float32.fromCell);
      return names.map((name, i) => ({
        ...{ name, ageMonths: numbers[i * width], sexHat: hasSexHead ? numbers[i * width + 1] : null },
      }));
    },
    toJson(value) {
      const json = ({ name, ageMonths, sexHat }: ViewReading) =>
        `{"name":${JSON.stringify(name)},"ageMonths":${float32.toJson(ageMonths)},"sexHat":${float32.toJson(sexHat)}}`;
      return `[${(value as Views).map(json).join()}]`;
    },
    fromJson: (value) =>
      (value as Views).map(({ name, ageMonths, sexHat }) => ({
        ...{ name, ageMonths: Math.fround(ageMonths), sexHat: float32.fromJson(sexHat) },
      })),
  };
}

const percent = (level: number) => String(Number((100 * level).toPrecision(4)));

/** The columns of an interval: `pred_low_90`, `pred_high_90`; months. */
export const intervalColumns = (level: number) => [
  `pred_low_${percent(level)}`,
  `pred_high_${percent(level)}`,
];

/** The intervals that hold the true bone age with the probabilities of the levels. */
export function intervalsField(levels: readonly number[]): Field {
  type Intervals = readonly AgeInterval[];
  return {
    key: "intervals",
    columns: levels.flatMap(intervalColumns),
    toCells: (value) =>
      (value as Intervals)
        .flatMap(({ lowMonths, highMonths }) => [lowMonths, highMonths])
        .map(float32.toCell),
    fromCells(cells) {
      const numbers = cells.map(float32.fromCell);
      return levels.map((level, i) => ({ level, lowMonths: numbers[2 * i], highMonths: numbers[2 * i + 1] }));
    },
    toJson(value) {
      const json = ({ level, lowMonths, highMonths }: AgeInterval) =>
        `{"level":${level},"lowMonths":${float32.toJson(lowMonths)},"highMonths":${float32.toJson(highMonths)}}`;
      return `[${(value as Intervals).map(json).join()}]`;
    },
    fromJson: (value) =>
      (value as Intervals).map(({ level, lowMonths, highMonths }) => ({
        ...{ level, lowMonths: Math.fround(lowMonths), highMonths: Math.fround(highMonths) },
      })),
  };
}
