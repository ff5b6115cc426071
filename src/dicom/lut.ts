/** A look-up table of a modality LUT or VOI LUT sequence (PS3.3 C.11.1, C.11.2). */
import type { DataSet, Element } from "dicom-parser";
import { unreadable } from "../image/refusal.js";

export interface Lut {
  /** The entry of a value; those below the first have the first's, those above the last the last's. */
  at(value: number): number;
  /** The largest entry that the table's depth allows. */
  white: number;
}

/** Returns the table of a sequence's first item, or null without one. `isSigned`: how the first mapped value is to be read. */
export function readLut(sequence: Element | undefined, isSigned: boolean): Lut | null {
  const item = sequence?.items?.[0]?.dataSet;
  if (item === undefined) return null;
  const [entries, first, bits] = descriptor(item, isSigned);
  const data = item.elements.x00283006;
  if (
    entries === undefined ||
    first === undefined ||
    bits === undefined ||
    data === undefined ||
    bits < 8 ||
    bits > 16
  )
    throw unreadable("a look-up table in its header is incomplete");
  const table = entriesOf(item, data, entries);
  const white = 2 ** bits - 1;
  return { at: (value) => table[Math.min(Math.max(Math.round(value) - first, 0), entries - 1)]!, white };
}

function descriptor(item: DataSet, isSigned: boolean): (number | undefined)[] {
  const entries = item.uint16("x00283002", 0);
  const first = isSigned ? item.int16("x00283002", 1) : item.uint16("x00283002", 1);
  return [entries === 0 ? 65536 : entries, first, item.uint16("x00283002", 2)];
}

function entriesOf(item: DataSet, data: Element, entries: number): Uint16Array {
  // 8 bits an entry where the table is as short as that; else 16.
  const isBytes = data.length < 2 * entries;
  if (data.length < entries) throw unreadable("a look-up table in its header is cut off");
  return Uint16Array.from({ length: entries }, (_, i) =>
    isBytes ? item.byteArray[data.dataOffset + i]! : item.uint16("x00283006", i)!,
  );
}
