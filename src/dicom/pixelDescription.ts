/** The description of the pixels in the header of a DICOM file (module "Image Pixel", PS3.3 C.7.6.3). */
import type { DataSet } from "dicom-parser";
import { unreadable, unsupported } from "../image/refusal.js";

export interface PixelDescription {
  width: number;
  height: number;
  /** 1: grey; 3: colour. */
  samples: 1 | 3;
  photometric: string;
  /** Colour planes one after the other instead of interleaved samples. */
  isPlanar: boolean;
  bitsAllocated: 1 | 8 | 16 | 32;
  bitsStored: number;
  isSigned: boolean;
}

/** A radiograph of a hand has 2 to 30 million. */
export const MOST_PIXELS = 50e6;

const GREY = ["MONOCHROME1", "MONOCHROME2"];
const COLOUR = ["RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"];

/** @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_UNREADABLE where there is no picture, several frames, or one of a kind that is not read. */
export function describePixels(elements: DataSet, maxPixels = MOST_PIXELS): PixelDescription {
  const frames = elements.string("x00280008");
  if (frames !== undefined && frames.trim() !== "" && Number(frames) !== 1) {
    if (!Number.isInteger(Number(frames))) throw unreadable("its NumberOfFrames is no number");
    throw unsupported(
      "DICOM with several frames",
      "Save the frame that shows the hand as a file of its own, for instance with DCMTK's `dcm2img --frame`.",
    );
  }
  const width = required(elements, "x00280011", "Columns");
  const height = required(elements, "x00280010", "Rows");
  const most = Math.min(maxPixels, MOST_PIXELS);
  if (width * height > most)
    throw unsupported(
      `DICOM with ${width} x ${height} pixels; at most ${most / 1e6} million are read`,
      "Scale it down first.",
    );
  const photometric = (elements.string("x00280004") ?? "").trim();
  const samples = elements.uint16("x00280002") ?? 1;
  if (!(samples === 1 ? GREY : COLOUR).includes(photometric) || (samples !== 1 && samples !== 3))
    throw unsupported(
      `DICOM with ${samples} samples a pixel and this PhotometricInterpretation`,
      "Convert it to a grey PNG.",
    );
  const bitsAllocated = required(elements, "x00280100", "BitsAllocated");
  if (bitsAllocated !== 1 && bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32)
    throw unsupported(`DICOM with ${bitsAllocated} bits a sample`);
  if (samples === 3 && bitsAllocated !== 8) throw unsupported("DICOM with colours of more than 8 bits");
  const bitsStored = elements.uint16("x00280101") ?? bitsAllocated;
  if (bitsStored < 1 || bitsStored > bitsAllocated)
    throw unreadable(`its BitsStored (${bitsStored}) does not fit BitsAllocated (${bitsAllocated})`);
  return {
    ...{ width, height, samples, photometric, bitsAllocated, bitsStored },
    isPlanar: samples === 3 && elements.uint16("x00280006") === 1,
    isSigned: elements.uint16("x00280103") === 1,
  };
}

function required(elements: DataSet, tag: string, name: string): number {
  const value = elements.uint16(tag);
  if (value === undefined || value === 0)
    throw unreadable(
      `it is a DICOM file without a picture (no ${name})`,
      "Give the file of the radiograph; reports and presentation states hold none.",
    );
  return value;
}
