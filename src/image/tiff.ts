/** Chooses the page of a TIFF that is the picture, and checks that its kind is supported. */
import type { PictureNote } from "./pictureNote.js";
import { unreadable, unsupported } from "./refusal.js";
import { type Directory, TAG, tiffDirectories } from "./tiffDirectory.js";

/** The page of a TIFF to read. */
export interface TiffFacts {
  /** Number of the page, from 0. */
  page: number;
  /** Number of the page's SubIFD, if the picture is one. */
  subifd?: number;
  directory: Directory;
  notes: PictureNote[];
}

/** The largest number of pages, SubIFDs included. Decoders need a minute for a longer list. */
const MAX_PAGES = 1000;

/** Bits of the tag NewSubfileType. */
const REDUCED = 1;
const MASK = 4;

const COMPRESSIONS = [1, 2, 3, 4, 5, 6, 7, 8, 32766, 32771, 32773, 32809, 32946, 50001];
const OTHER_COMPRESSIONS: Record<number, string> = {
  9: "JBIG",
  10: "JBIG",
  22610: "JPEG XR",
  32767: "Sony raw",
  33003: "JPEG 2000",
  33004: "JPEG 2000",
  33005: "JPEG 2000",
  34661: "JBIG",
  34676: "SGI LogLuv",
  34677: "SGI LogLuv",
  34712: "JPEG 2000",
  34713: "Nikon raw",
  34887: "LERC",
  34892: "lossy DNG",
  34925: "LZMA",
  34933: "PNG",
  34934: "JPEG XR",
  50000: "Zstandard",
  50002: "JPEG XL",
  52546: "JPEG XL",
};

/** Supported colour models: WhiteIsZero, BlackIsZero, RGB, palette, CMYK, YCbCr. */
const COLOURS = [0, 1, 2, 3, 5, 6];
const OTHER_COLOURS: Record<number, string> = {
  4: "a transparency mask",
  8: "CIELab colours",
  9: "ICCLab colours",
  10: "ITULab colours",
  32803: "raw pixels of a camera's colour filter",
  32844: "LogL light values",
  32845: "LogLuv light values",
  34892: "linear raw pixels",
};

/**
 * Returns the page to read; null if the directories cannot be followed, which sharp explains better. Throws
 * ERR_DEEPLASIA_IMAGE_UNREADABLE for an unsupported kind.
 */
export function tiffFacts(bytes: Buffer): TiffFacts | null {
  const pages = tiffDirectories(bytes, MAX_PAGES);
  if (pages === "too many") {
    throw unreadable(
      `it has more than ${MAX_PAGES} pages`,
      "Save the page with the radiograph as a separate file.",
    );
  }
  const first = pages[0];
  if (first === undefined) return null;
  const facts = choose(pages, first);
  requireUsual(facts.directory);
  if (facts.directory.photometric === 0 && facts.directory.bits === 16) {
    facts.notes.push({
      kind: "white-is-0",
      text: "0 is white in this 16-bit TIFF (MinIsWhite) and is read as such; OpenCV, and so the reference, would read it as black",
    });
  }
  return facts;
}

/** Chooses the first full page, else a full SubIFD of a thumbnail, else the largest page. */
function choose(pages: readonly Directory[], first: Directory): TiffFacts {
  const full = pages.flatMap((directory, page) => (isFull(directory) ? [{ directory, page }] : []));
  const notes: PictureNote[] = [];
  if (full.length > 0) {
    const [{ directory, page }] = full as [{ directory: Directory; page: number }];
    if (full.length > 1) notes.push(severalPages(page, full.length));
    return { page, directory, notes };
  }
  for (const [page, { subIfds }] of pages.entries()) {
    const subifd = subIfds.findIndex(isFull);
    if (subifd !== -1) return { page, subifd, directory: subIfds[subifd]!, notes };
  }
  const area = ({ width, height, subfile }: Directory) => (subfile & MASK ? 0 : width * height);
  const largest = pages.reduce((best, one) => (area(one) > area(best) ? one : best), first);
  return { page: pages.indexOf(largest), directory: largest, notes };
}

const isFull = ({ subfile }: Directory) => (subfile & (REDUCED | MASK)) === 0;

/** Returns a note that only one of several pages is read. @param page from 0. */
export function severalPages(page: number, pages: number, what = "page"): PictureNote {
  return { kind: "pages", text: `only ${what} ${page + 1} of ${pages} is read` };
}

function requireUsual(directory: Directory): void {
  const { compression, photometric, bits, sampleFormat, samples, hasPlanes, isTiled } = directory;
  if (!COMPRESSIONS.includes(compression)) {
    throw unsupported(`${OTHER_COMPRESSIONS[compression] ?? `compression ${compression}`} in TIFF`);
  }
  if (!COLOURS.includes(photometric)) {
    throw unsupported(`${OTHER_COLOURS[photometric] ?? `colour model ${photometric}`} in TIFF`);
  }
  const type = { 2: "signed ", 3: "floating-point ", 5: "complex ", 6: "complex " }[sampleFormat] ?? "";
  if (type !== "" || ![1, 2, 4, 8, 16].includes(bits))
    throw unsupported(`${type}samples of ${bits} bits in TIFF`);
  if (photometric === 5 && samples !== 4) throw unsupported(`CMYK with ${samples} channels in TIFF`);
  // libvips reads further channels of grey as colours, and mixes up the rows of grey in separate planes.
  const isColour = photometric === 2 || photometric === 5 || photometric === 6;
  if (!isColour && samples > 2) throw unsupported(`${samples} channels without colours in TIFF`);
  if (hasPlanes && samples > 1 && (!isColour || isTiled))
    throw unsupported(`${samples} channels in ${isTiled ? "tiles of " : ""}separate planes in TIFF`);
}

/** Tags that determine where and how pixels are stored; all others only describe the picture. */
const OF_PIXELS: readonly number[] = [
  ...Object.values(TAG),
  ...[266, 273, 274, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332, 347],
  ...[512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532],
];

/** Returns a TIFF with the picture as its only page, without descriptive tags, because decoders fail on damaged ones. */
export function plainTiff(bytes: Buffer, { directory }: TiffFacts): Buffer {
  const entries = directory.entries.filter(({ tag }) => OF_PIXELS.includes(tag) && tag !== TAG.subIfds);
  return directory.layout.withDirectory(bytes, entries);
}
