/** The histograms that pictures are matched to. */
import { DeeplasiaError } from "../errors.js";
import { readAnew } from "./readPicture.js";

/** The built-in one, by its name in a contract. */
export const BUILT_IN_HISTOGRAM = "ianpan-bone-age";

/** The levels of ianpan/bone-age's ref_img.png and how often each occurs: all that matching needs of that picture. */
const PUBLISHED: readonly (readonly [level: number, count: number])[] = [
  ...([
    [0, 8298],
    [8, 20434],
    [16, 116249],
    [24, 130696],
    [32, 72831],
    [41, 51058],
    [49, 7078],
    [57, 3108],
  ] as const),
  ...([
    [65, 6070],
    [74, 12953],
    [82, 20548],
    [90, 19430],
    [98, 13628],
    [106, 10792],
    [115, 10836],
  ] as const),
  ...([
    [123, 14388],
    [131, 18401],
    [139, 20925],
    [148, 20749],
    [156, 21335],
    [164, 23600],
    [172, 20085],
  ] as const),
  ...([
    [180, 17574],
    [189, 16447],
    [197, 15270],
    [205, 12290],
    [213, 9717],
    [222, 7141],
    [230, 5091],
  ] as const),
  ...([
    [238, 3840],
    [246, 2993],
    [255, 7784],
  ] as const),
];

const LEVELS = 256;

/** Returns how often each of the 256 grey levels occurs in the built-in reference. */
export function publishedHistogram(): number[] {
  const counts = new Array<number>(LEVELS).fill(0);
  for (const [level, count] of PUBLISHED) counts[level] = count;
  return counts;
}

/**
 * Returns how often each grey level occurs in a reference: the built-in one, or a picture's file.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_… for a file that is no picture; ERR_DEEPLASIA_CONTRACT for one in colour.
 */
export async function referenceHistogram(reference: string): Promise<number[]> {
  if (reference === BUILT_IN_HISTOGRAM) return publishedHistogram();
  const { picture, giveBack } = await readAnew(reference, "image");
  try {
    if (picture.channels !== 1) {
      throw new DeeplasiaError(
        "ERR_DEEPLASIA_CONTRACT",
        `${reference}: the reference of histogram matching is in colour`,
        {
          file: reference,
          remedy: "Give a grey picture.",
        },
      );
    }
    const counts = new Array<number>(LEVELS).fill(0);
    const { data, depth } = picture;
    if (depth === 8) for (const level of data) counts[level]! += 1;
    else {
      const high = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
      for (let at = high; at < data.length; at += 2) counts[data[at]!]! += 1;
    }
    return counts;
  } finally {
    giveBack();
  }
}
