/** Sizes of memory, as people write them. */
import { z } from "zod";
import { understood } from "../schema/understood.js";

const UNITS = ["", "K", "M", "G", "T"] as const;
const SIZE = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?)b?|b)$/i;

/** Bytes of `500MB`, `2GiB`, `1.5 G`; what is no such text stays what it is. */
function readSize(value: unknown): unknown {
  const found = typeof value === "string" ? SIZE.exec(value.trim()) : null;
  if (found === null) return value;
  const [, number, unit = "", binary] = found;
  const power = UNITS.indexOf(unit.toUpperCase() as (typeof UNITS)[number]);
  return Math.floor(Number(number) * (binary ? 1024 : 1000) ** power);
}

/** Bytes; in a text with the unit. */
export const sizeOption = understood(
  readSize,
  z.int({ error: "must be a size with its unit, such as 500MB or 2GB (in a script also bytes)" }).min(1, {
    error: "must be more than nothing",
  }),
).meta({ description: "bytes, or a text with the unit", typescript: "number | string" });

/** `500 MB`, `1.5 GB`. */
export function sizeText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${UNITS[power]}B`;
}
