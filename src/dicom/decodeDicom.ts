/** A DICOM file to grey levels. Runs in a worker (`decodeWorker.ts`): the file may come from anywhere. */
import { DeeplasiaError } from "../errors.js";
import { unreadable, unsupported } from "../image/refusal.js";
import { decodeStream } from "./codecs.js";
import { type Dataset, readDataset } from "./dataset.js";
import { frameBytes } from "./frame.js";
import { toGrey } from "./grey.js";
import { type PatientFacts, patientFacts } from "./patient.js";
import { describePixels, MOST_PIXELS, type PixelDescription } from "./pixelDescription.js";
import { decodeRle } from "./rle.js";
import { type Samples, unpackSamples } from "./samples.js";
import { requireSameSize, streamFacts } from "./stream.js";
import { type Codec, codecOf, SYNTAX } from "./transferSyntax.js";

export interface DicomPicture {
  /** Row-major, interleaved. */
  data: Uint8Array | Uint16Array;
  width: number;
  height: number;
  channels: 1 | 3;
  depth: 8 | 16;
  /** There is neither a window nor a VOI LUT, so the range of values that occur is shown from black to white. */
  isStretched: boolean;
  patient: PatientFacts;
}

/**
 * Decodes the one frame of a file's bytes: grey levels of which white is bone, or RGB of 8 bits.
 *
 * @param maxPixels Most pixels; a larger picture is refused before it is decoded.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_UNREADABLE.
 */
export function decodeDicom(bytes: Uint8Array, maxPixels = MOST_PIXELS): Promise<DicomPicture> {
  return withoutQuotes(() => decodeDataset(readDataset(bytes), maxPixels));
}

/**
 * Reads what the header of a file with a picture states of the patient; its pixels are not decoded.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_UNREADABLE, also where there is no picture or one that is not supported.
 */
export function readPatient(bytes: Uint8Array): Promise<PatientFacts> {
  return withoutQuotes(async () => {
    const dataset = readDataset(bytes);
    requireCodec(dataset);
    describePixels(dataset.elements);
    return patientFacts(dataset.elements);
  });
}

/** What the parser throws is left out, as cause too: it may quote the file, which is about a patient. */
export async function withoutQuotes<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof DeeplasiaError ? error : unreadable("it is a damaged or truncated DICOM file");
  }
}

export async function decodeDataset(dataset: Dataset, maxPixels = MOST_PIXELS): Promise<DicomPicture> {
  const { samples, description } = await storedSamples(dataset, maxPixels);
  const { width, height, photometric } = description;
  const patient = patientFacts(dataset.elements);
  if (description.samples === 1)
    return { ...toGrey(samples, dataset.elements, description), width, height, channels: 1, patient };
  const data = toRgb(samples as Uint8Array, photometric);
  return { data, width, height, channels: 3, depth: 8, isStretched: false, patient };
}

/** The values as they are stored, as pydicom's `pixel_array` has them; colour as it is stored too. */
export async function storedSamples(
  dataset: Dataset,
  maxPixels = MOST_PIXELS,
): Promise<{ samples: Samples; description: PixelDescription }> {
  const { elements, transferSyntax } = dataset;
  const codec = requireCodec(dataset);
  const described = describePixels(elements, maxPixels);
  const frame = frameBytes(dataset);
  if (codec === "raw") {
    const isBigEndian = transferSyntax === SYNTAX.bigEndian;
    const isWords = elements.elements.x7fe00010?.vr === "OW";
    return { samples: unpackSamples(frame, described, { isBigEndian, isWords }), description: described };
  }
  if (codec === "rle") {
    const description = { ...described, isPlanar: false };
    return { samples: unpackSamples(decodeRle(frame, description), description), description };
  }
  const facts = requireSameSize(streamFacts(frame), described);
  // The stream knows its sign and depth; a header that differs is wrong (seen in files of several makers).
  const isSigned = facts.isSigned ?? described.isSigned;
  const decoded = await decodeStream(codec, frame, { ...described, isSigned });
  const photometric =
    codec === "jpeg" && described.samples === 3
      ? "RGB"
      : described.photometric.replace(/^YBR_(ICT|RCT)$/, "RGB");
  const description = { ...described, photometric, isPlanar: decoded.isPlanar };
  return { samples: unpackSamples(decoded.bytes, description), description };
}

function requireCodec({ transferSyntax }: Dataset): Codec {
  const codec = codecOf(transferSyntax);
  if (codec !== null) return codec;
  throw unsupported(
    `DICOM with transfer syntax ${known(transferSyntax)}`,
    "Decompress it first, for instance with GDCM's `gdcmconv --raw`.",
  );
}

/** A UID alone is no text that could be about a patient. */
const known = (uid: string) => (/^[\d.]{1,64}$/.test(uid) ? uid : "that is not valid");

/** Full-range YCbCr to RGB (PS3.3 C.7.6.3.1.2); RGB as it is. */
function toRgb(samples: Uint8Array, photometric: string): Uint8Array {
  if (!photometric.startsWith("YBR_FULL")) return samples;
  const out = new Uint8ClampedArray(samples.length);
  for (let i = 0; i < samples.length; i += 3) {
    const [y, blue, red] = [samples[i]!, samples[i + 1]! - 128, samples[i + 2]! - 128];
    out[i] = y + 1.402 * red;
    out[i + 1] = y - 0.344136 * blue - 0.714136 * red;
    out[i + 2] = y + 1.772 * blue;
  }
  return new Uint8Array(out.buffer);
}
