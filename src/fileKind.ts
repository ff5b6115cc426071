/**
 * Names a file that was given where another kind was expected. Nothing is decoded, and a format's own reader
 * decides whether the file is sound.
 */

export interface FileKind {
  /** With its article: "a Git LFS pointer". */
  name: string;
  /** What to do where a picture or a mask was expected. */
  pictureRemedy: string;
  /** What to do where a model or a checkpoint was expected. */
  modelRemedy: string;
}

/** Number of first bytes by which a file is identified. */
export const FILE_HEAD_BYTES = 1024;

const GIVE_PICTURE = "Give a PNG, JPEG, TIFF, WebP or DICOM file.";
const GIVE_MODEL = "Give the file of weights itself (.pt, .pth, .ckpt or .safetensors).";
const UNPACK = "Unpack it, and give what is in it.";

type Family = (name: string) => FileKind;

const named =
  (pictureRemedy: string, modelRemedy: string): Family =>
  (name) => ({ name, pictureRemedy, modelRemedy });
const both = (remedy: string) => named(remedy, remedy);

const picture = named("Convert it to PNG, without loss.", GIVE_MODEL);
const film = named("Save the picture that you want from it as PNG.", GIVE_MODEL);
const dicom = named(GIVE_PICTURE, GIVE_MODEL);
const volume = named("Save the radiograph in it as an 8- or 16-bit PNG.", GIVE_MODEL);
const document = named("Save the picture in it as PNG.", GIVE_MODEL);
const archive = both(UNPACK);
const asText = both("Copy or download it again, in binary mode.");
const encoded = both("Decode it (base64 -d FILE > NEW), and give the file that comes out.");
const model = named("A model is given as --ckp_path; give a picture here.", GIVE_MODEL);
const otherModel = named(GIVE_PICTURE, "Give the PyTorch file of weights that it was made from.");
const other = named(GIVE_PICTURE, GIVE_MODEL);

/** First bytes (latin-1) and where they stand; the first that fits decides. */
const SIGNATURES: readonly [head: string, name: string, family: Family, offset?: number][] = [
  ["\x89PNG\r\n\x1a\n", "a PNG picture", other],
  ["\x89PNG\n", "a PNG picture that was copied as text, which destroys it", asText],
  ["\x89PNG\r\r\n", "a PNG picture that was copied as text, which destroys it", asText],
  ["\xef\xbf\xbdPNG", "a PNG picture that was saved as text, which destroys it", asText],
  ["\xef\xbb\xbf\x89PNG", "a PNG picture behind a mark of texts (BOM)", asText],
  ["\xc2\x89PNG", "a PNG picture that was saved as text, which destroys it", asText],
  [
    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
    "binary data that was saved as text, which destroys it",
    asText,
  ],
  ["\xff\xd8\xff", "a JPEG picture", other],
  ["II*\0\x10\0\0\0CR", "a Canon raw picture", picture],
  ["II*\0", "a TIFF picture", other],
  ["MM\0*", "a TIFF picture", other],
  ["II+\0", "a TIFF picture", other],
  ["MM\0+", "a TIFF picture", other],
  ["WEBP", "a WebP picture", other, 8],
  ["DICM", "a DICOM file", dicom, 128],
  ["GIF8", "a GIF picture", picture],
  ["\0\0\0\x0cjP  ", "a JPEG 2000 picture", picture],
  ["\xff\x4f\xff\x51", "a JPEG 2000 picture", picture],
  ["\0\0\0\x0cJXL ", "a JPEG XL picture", picture],
  ["\xff\x0a", "a JPEG XL picture", picture],
  ["II\xbc\x01", "a JPEG XR picture", picture],
  ["8BPS", "a Photoshop file", picture],
  ["\x76\x2f\x31\x01", "an OpenEXR picture", picture],
  ["#?RADIANCE", "a Radiance picture", picture],
  ["\0\0\x01\0", "an icon (ICO)", picture],
  ["\x8aMNG", "an MNG film", film],
  ["AT&TFORM", "a DjVu document", document],
  ["\x97JB2\r\n", "a JBIG2 picture", picture],
  ["SIMPLE  =", "a FITS picture", picture],
  ["n+1\0", "a NIfTI volume", volume, 344],
  ["ni1\0", "a NIfTI header", volume, 344],
  ["n+2\0\r\n", "a NIfTI volume", volume, 4],
  ["NRRD0", "an NRRD volume", volume],
  ["ObjectType =", "a MetaImage volume", volume],
  ["NDims =", "a MetaImage volume", volume],
  ["\x93NUMPY", "a NumPy array (.npy)", volume],
  ["MATLAB 5.0 MAT", "a MATLAB file", volume],
  ["MATLAB 7.3 MAT", "a MATLAB file", volume],
  ["\x89HDF\r\n", "an HDF5 file (Keras, MATLAB)", named(volume("").pictureRemedy, GIVE_MODEL)],
  ["HTTP/1.", "a server's answer with its header", both("Download it again, without the header.")],
  ["%PDF-", "a PDF document", document],
  ["%!PS", "a PostScript document", document],
  ["{\\rtf", "an RTF document", document],
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document or Thumbs.db", document],
  ["AVI ", "a video (AVI)", film, 8],
  ["WAVE", "a sound file (WAV)", other, 8],
  ["\x1a\x45\xdf\xa3", "a video (Matroska or WebM)", film],
  ["\0\0\x01\xba", "a video (MPEG)", film],
  ["\0\0\x01\xb3", "a video (MPEG)", film],
  ["FLV\x01", "a video (Flash)", film],
  ["\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a video (Windows Media)", film],
  ["OggS", "an Ogg file", film],
  ["ID3", "a sound file (MP3)", other],
  ["\x1f\x8b", "a gzip file", archive],
  ["BZh", "a bzip2 file", archive],
  ["\xfd7zXZ\0", "an xz file", archive],
  ["\x28\xb5\x2f\xfd", "a Zstandard file", archive],
  ["\x04\x22\x4d\x18", "an LZ4 file", archive],
  ["7z\xbc\xaf\x27\x1c", "a 7-Zip archive", archive],
  ["Rar!\x1a\x07", "a RAR archive", archive],
  ["ustar", "a tar archive", archive, 257],
  ["PK\x05\x06", "an empty ZIP archive", other],
  ["GGUF", "a GGUF model", otherModel],
  ["TFL3", "a TensorFlow Lite model", otherModel, 4],
  ["SQLite format 3\0", "an SQLite database", other],
  [
    "\0\x05\x16\x07",
    "macOS's notes on a file (AppleDouble, ._name)",
    both("Give the file itself, without ._."),
  ],
  ["\0\0\0\x01Bud1", "macOS's notes on a folder (.DS_Store)", other],
  ["L\0\0\0\x01\x14\x02\0", "a Windows shortcut", both("Give the file that it points to.")],
  ["\x7fELF", "a program or library (ELF)", other],
  ["\xcf\xfa\xed\xfe", "a program or library (Mach-O)", other],
];

/** Beginnings of texts, leading space left out. */
const TEXTS: readonly [beginning: RegExp, name: string, family: Family][] = [
  [
    /^version https:\/\/git-lfs\.github\.com\/spec/,
    "a Git LFS pointer",
    both("Fetch the file: git lfs install, then git lfs pull."),
  ],
  [
    /^[./\\]*(git[/\\])?annex[/\\]objects[/\\]/,
    "a git-annex pointer",
    both("Fetch the file: git annex get."),
  ],
  [/^(outs|md5|wdir|deps):\s[\s\S]*?md5:/, "a DVC pointer", both("Fetch the file: dvc pull.")],
  [/^\[InternetShortcut\]/, "a shortcut to a web page", both("Download the file that it points to.")],
  [/^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg\b/i, "an SVG drawing", picture],
  [
    /^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?(-->\s*|$))*<(!doctype html|html|head|body|title|meta|script|table|div|p|h1|center)\b/i,
    "a web page (HTML)",
    both("Download the file again; opened in a browser, this page tells what was asked or refused."),
  ],
  [
    /^(<\?xml[^>]*>\s*)?<Error>/,
    "an error message of a file server (XML)",
    both("Download the file again; the text in it says what was refused."),
  ],
  [/^<\?xml/, "an XML text", other],
  [/^%?P[1-7]\s/, "a PNM picture", picture],
  [/^data:[\w/+.-]*;base64,/, "a data: URL (Base64 text)", encoded],
  [/^(iVBORw0KGgo|\/9j\/|SUkqA|TU0AK|UklGR|UEsDB)[\w+/]/, "a Base64 text", encoded],
  [/^#!/, "a script", other],
  [/^[[{]/, "a JSON text", other],
];

/** Major brands of the MP4 family of files. */
const BRANDS: readonly [brand: RegExp, name: string, family: Family][] = [
  [/^(heic|heix|heim|heis|hevc|hevx|mif1|msf1)/, "a HEIC picture", picture],
  [/^avi[fs]/, "an AVIF picture", picture],
  [/^crx /, "a Canon raw picture", picture],
  [/^M4A/, "a sound file (M4A)", other],
  [/^qt {2}/, "a video (QuickTime)", film],
  [/^/, "a video (MP4)", film],
];

/**
 * Identifies a file by its first bytes (FILE_HEAD_BYTES, or all of a shorter file); null for an unknown file. PNG, JPEG,
 * TIFF, WebP, safetensors and zip archives are named too, because callers ask after reading such a file has failed.
 */
export function fileKind(head: Uint8Array): FileKind | null {
  if (head.length === 0) return both("Copy or download it again.")("an empty file");
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, FILE_HEAD_BYTES)).toString(
    "latin1",
  );
  for (const [signature, name, family, offset = 0] of SIGNATURES) {
    if (text.startsWith(signature, offset)) return family(name);
  }
  return mp4(text) ?? zip(text) ?? weights(text) ?? headerOnly(text) ?? textual(text);
}

function mp4(text: string): FileKind | null {
  if (["moov", "mdat", "wide", "free", "skip"].includes(text.slice(4, 8)) && text[0] === "\0") {
    return film("a video (QuickTime)");
  }
  if (text.slice(4, 8) !== "ftyp") return null;
  const [, name, family] = BRANDS.find(([brand]) => brand.test(text.slice(8)))!;
  return family(name);
}

/** Zip archives by the name of their first entry. */
function zip(text: string): FileKind | null {
  if (!text.startsWith("PK\x03\x04")) return null;
  const first = text.slice(30, 30 + text.charCodeAt(26) + 256 * text.charCodeAt(27));
  if (/\/(data\.pkl|\.format_version|\.storage_alignment|byteorder|version)$/.test(first)) {
    return model("a PyTorch checkpoint or TorchScript archive");
  }
  if (/\.npy$/.test(first)) return volume("a NumPy archive (.npz)");
  if (/^(\[Content_Types\]\.xml|_rels\/|word\/|xl\/|ppt\/|mimetype$)/.test(first))
    return document("an Office document");
  if (/^(metadata\.json|config\.json|model\.weights\.h5)$/.test(first))
    return otherModel("a Keras model (.keras) or ZIP archive");
  return archive("a ZIP archive");
}

function weights(text: string): FileKind | null {
  if (text.slice(4, 8) === "\0\0\0\0" && /^\{\s*"/.test(text.slice(8))) return model("a safetensors file");
  if (text.startsWith("\x80\x02\x8a\x0al\xfc\x9cF\xf9")) return model("a PyTorch checkpoint");
  if (text[0] === "\x80" && between(text, 1, 2, 5)) return model("a Python pickle");
  const producer = /^(pytorch|tf2onnx|keras2onnx|skl2onnx|onnx)/;
  if (text[0] === "\b" && text[2] === "\x12" && producer.test(text.slice(4)))
    return otherModel("an ONNX model");
  return null;
}

/** Formats with less of a signature. */
function headerOnly(text: string): FileKind | null {
  if (text.startsWith("BM") && text.slice(6, 10) === "\0\0\0\0" && text.slice(15, 18) === "\0\0\0") {
    return picture("a BMP picture");
  }
  if (text[0] === "\n" && between(text, 1, 0, 5) && text[2] === "\x01" && between(text, 3, 1, 8)) {
    return picture("a PCX picture");
  }
  if (/^P[1-7]\s+(#.*\s+)*\d+\s+\d+\s+\d*/.test(text)) return picture("a PNM picture");
  if (isBareDicom(text)) return dicom("a DICOM file (without its preamble)");
  if (text.startsWith("MZ") && text.includes("\0")) return other("a program (Windows)");
  if (text.length >= 16 && text.replaceAll("\0", "") === "") {
    return both("Copy or download it again.")("nothing but zeros where it begins, as an unfinished copy is");
  }
  return null;
}

/** Whether a file is DICOM by its first bytes (FILE_HEAD_BYTES, or all of a shorter one). */
export function isDicom(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString("latin1");
  return text.startsWith("DICM", 128) || isBareDicom(text);
}

/** An element of group 2 or 8 stands first: with its type in letters, or with its length, which is short. */
function isBareDicom(text: string): boolean {
  if (!["\x02\0", "\b\0"].includes(text.slice(0, 2)) || !between(text, 2, 0, 0x18) || text[3] !== "\0")
    return false;
  return ["UL", "OB", "CS", "UI", "DA"].includes(text.slice(4, 6)) || text.slice(5, 8) === "\0\0\0";
}

const between = (text: string, at: number, least: number, most: number) =>
  text.length > at && text.charCodeAt(at) >= least && text.charCodeAt(at) <= most;

function textual(text: string): FileKind | null {
  if (["\xff\xfe", "\xfe\xff"].includes(text.slice(0, 2)) && text.includes("\0"))
    return other("a text (UTF-16)");
  if (!isText(text)) return null;
  const content = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  for (const [beginning, name, family] of TEXTS) if (beginning.test(content)) return family(name);
  return other("a text");
}

/** Whether bytes are UTF-8 text, perhaps cut within a letter, with no control characters except tab to return and escape. */
function isText(latin1: string): boolean {
  for (let i = 0; i < latin1.length; i++) {
    const code = latin1.charCodeAt(i);
    if (code < 9 || (code > 13 && code < 32 && code !== 27)) return false;
  }
  return !Buffer.from(latin1, "latin1").toString("utf8").slice(0, -1).includes("\ufffd");
}
