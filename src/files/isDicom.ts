/** Recognises DICOM files, also those without a preamble. */

/** Whether a file is DICOM by its first bytes (FILE_HEAD_BYTES, or all of a shorter one). */
export function isDicom(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString("latin1");
  return text.startsWith("DICM", 128) || isBareDicom(text);
}

/** An element of group 2 or 8 stands first: with its type in letters, or with its length, which is short. */
export function isBareDicom(text: string): boolean {
  if (!["\x02\0", "\b\0"].includes(text.slice(0, 2)) || !(text.charCodeAt(2) <= 0x18) || text[3] !== "\0")
    return false;
  return ["UL", "OB", "CS", "UI", "DA"].includes(text.slice(4, 6)) || text.slice(5, 8) === "\0\0\0";
}
