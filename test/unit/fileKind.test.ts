import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { fileKind } from "../../src/files/fileKind.js";

const at = (offset: number, text: string, length = 600) => {
  const bytes = Buffer.alloc(length);
  bytes.write(text, offset, "latin1");
  return bytes;
};
/** A zip's first local header. */
const zip = (name: string) => {
  const header = Buffer.alloc(30);
  header.write("PK\x03\x04", "latin1");
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name), Buffer.alloc(40, 0x9c)]);
};

const cases: [string, string | Uint8Array, RegExp, RegExp][] = [
  [
    "LFS",
    "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
    /^a Git LFS pointer$/,
    /git lfs pull/,
  ],
  ["annex", "/annex/objects/SHA256E-s9--0.png\n", /git-annex/, /git annex get/],
  ["annex link", "../.git/annex/objects/aa/bb/SHA256E-s9--0.png/x", /git-annex/, /git annex get/],
  ["DVC", "outs:\n- md5: 0\n  size: 9\n  path: a.pt\n", /DVC/, /dvc pull/],
  ["HTML", "\n <!DOCTYPE html><html><title>Quota</title>", /web page/, /again/],
  ["HTML after a mark and a note", "\xef\xbb\xbf<!-- saved from --><HTML>", /web page/, /again/],
  ["XHTML", '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', /web page/, /again/],
  ["S3", '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', /error message/, /again/],
  ["SVG", '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', /SVG/, /PNG/],
  ["DICOM", at(128, "DICM"), /^a DICOM file$/, /PNG/],
  ["DICOM, bare", Buffer.from("02000000554c0400c0000000", "hex"), /DICOM/, /PNG/],
  ["DICOM, bare and implicit", Buffer.from("080005000a00000049534f5f4952", "hex"), /DICOM/, /PNG/],
  ["BMP", Buffer.concat([at(0, "BM\x99\x99", 14), at(0, "\x28", 40)]), /BMP/, /PNG/],
  ["GIF", "GIF89a\x01\0\x01\0", /GIF/, /PNG/],
  ["JPEG 2000", Buffer.from("0000000c6a5020200d0a870a", "hex"), /JPEG 2000/, /PNG/],
  ["HEIC", at(4, "ftypheic"), /HEIC/, /PNG/],
  ["AVIF", at(4, "ftypavif"), /AVIF/, /PNG/],
  ["MP4", at(4, "ftypisom"), /video/, /PNG/],
  ["AVI", at(0, "RIFF\x10\0\0\0AVI "), /video/, /PNG/],
  ["PDF", "%PDF-1.7\n", /PDF/, /PNG/],
  ["NIfTI", at(344, "n+1\0"), /NIfTI/, /PNG/],
  ["NumPy", "\x93NUMPY\x01\0", /NumPy/, /PNG/],
  ["ZIP", zip("hands/1.png"), /^a ZIP archive$/, /Unpack/],
  ["npz", zip("arr_0.npy"), /NumPy/, /PNG/],
  ["docx", zip("[Content_Types].xml"), /Office/, /PNG/],
  ["checkpoint", zip("archive/data.pkl"), /PyTorch/, /picture/],
  ["safetensors", Buffer.concat([at(0, "\x40", 8), Buffer.from('{"a":')]), /safetensors/, /picture/],
  ["gzip", gzipSync("x"), /gzip/, /Unpack/],
  ["tar", at(257, "ustar"), /tar archive/, /Unpack/],
  ["HDF5", "\x89HDF\r\n\x1a\n", /HDF5/, /./],
  ["zeros", Buffer.alloc(700), /zeros/, /again/],
  ["a text", "image_ID,sex\n1.png,F\n", /^a text$/, /PNG/],
  ["a text in letters beyond ASCII", Buffer.from("Größe".repeat(300)), /^a text$/, /PNG/],
  ["JSON", '{"error": "not found"}', /JSON/, /PNG/],
  ["UTF-16", Buffer.from("\ufeffa,b", "utf16le"), /UTF-16/, /PNG/],
  ["PNG through FTP as text", "\x89PNG\n\x1a\n\0\0\0\rIHDR", /PNG .* copied as text/, /binary/],
  [
    "PNG read as UTF-8",
    Buffer.from(Buffer.from("89504e470d0a1a0a0000000d", "hex").toString()),
    /as text/,
    /binary/,
  ],
  ["JPEG read as UTF-8", Buffer.from(Buffer.from("ffd8ffe000104a46", "hex").toString()), /as text/, /binary/],
  ["Base64", "iVBORw0KGgoAAAANSUhEUgAAAlgAAAJYCAAAAACG1Dp", /Base64/, /Decode/],
  ["data: URL", "data:image/png;base64,iVBORw0KGgo=", /data: URL/, /Decode/],
  ["server's answer", "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8", /answer/, /header/],
  ["PGM, binary", "P5\n600 600\n255\n\x01\x02\x80", /PNM/, /PNG/],
  ["nothing", Buffer.alloc(0), /empty/, /again/],
];

describe("a file is named by its first bytes", () => {
  test.each(cases)("%s", (_, content, name, remedy) => {
    const kind = fileKind(typeof content === "string" ? Buffer.from(content, "latin1") : content);
    expect(kind?.name).toMatch(name);
    expect(kind?.pictureRemedy).toMatch(remedy);
    expect(kind?.modelRemedy).toMatch(/\w.*\.$/);
  });

  test("pictures of formats that are read", async () => {
    const picture = sharp({ create: { width: 2, height: 2, channels: 3, background: "red" } });
    for (const format of ["png", "jpeg", "tiff", "webp"] as const) {
      expect(fileKind(await picture.toFormat(format).toBuffer())?.name.toLowerCase()).toContain(format);
    }
  });

  test("noise is nothing known", () => {
    expect(fileKind(Buffer.from("9f8c0107feed00ff", "hex"))).toBeNull();
  });
});
