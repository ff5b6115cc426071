/**
 * Names a file that was given where another kind was expected. Nothing is decoded, and a format's own reader
 * decides whether the file is sound.
 */
import {
  archive,
  both,
  dicom,
  document,
  type FileKind,
  film,
  model,
  other,
  otherModel,
  picture,
  volume,
} from "./fileFamilies.js";
import { BRANDS, SIGNATURES, TEXTS } from "./fileSignatures.js";
import { isBareDicom } from "./isDicom.js";

/** Number of first bytes by which a file is identified. */
export const FILE_HEAD_BYTES = 1024;

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

const between = (text: string, at: number, least: number, most: number) =>
  text.length > at && text.charCodeAt(at) >= least && text.charCodeAt(at) <= most;
