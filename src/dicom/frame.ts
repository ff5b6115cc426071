/** The bytes of a DICOM file's one frame, as they are stored. */
import type { Element } from "dicom-parser";
import { unreadable } from "../image/refusal.js";
import type { Dataset } from "./dataset.js";
import { codecOf } from "./transferSyntax.js";

/** Returns the stored bytes of the frame: samples, or a compressed stream put together from its fragments. */
export function frameBytes({ elements, transferSyntax }: Dataset): Uint8Array {
  const element = elements.elements.x7fe00010;
  if (element === undefined)
    throw unreadable(
      "it is a DICOM file without pixels",
      "Give the file of the radiograph; reports and presentation states hold none.",
    );
  const bytes = elements.byteArray;
  if (codecOf(transferSyntax) === "raw") {
    const length = element.hadUndefinedLength ? bytes.length - element.dataOffset : element.length;
    return bytes.subarray(element.dataOffset, element.dataOffset + length);
  }
  return joined(element, bytes);
}

/** One frame's fragments follow one another: all of them are its stream. */
function joined(element: Element, bytes: Uint8Array): Uint8Array {
  const fragments = element.fragments ?? [];
  if (fragments.length === 0) throw unreadable("its compressed pixels are missing or not in fragments");
  const parts = fragments.map(({ position, length }) => bytes.subarray(position, position + length));
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
