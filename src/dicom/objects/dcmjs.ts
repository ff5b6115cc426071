/** What of dcmjs is used. It has no types, and its ES module is none to Node. It is given no file to parse. */
import { createRequire } from "node:module";

/** Elements by their tags, `ggggeeee` in capitals. */
export interface Elements {
  [tag: string]: { vr: string; Value: readonly (string | number | ArrayBuffer | Elements)[] };
}

interface Stream {
  getBuffer(): ArrayBuffer;
}

interface Writer {
  DicomDict: new (meta: Elements) => { write(): ArrayBuffer };
  DicomMessage: {
    writeTagObject(
      stream: Stream,
      tag: string,
      vr: string,
      values: unknown,
      syntax: string,
      options: object,
    ): void;
  };
  WriteBufferStream: new (bytes: number, isLittleEndian: boolean) => Stream;
}

export const dcmjs = (createRequire(import.meta.url)("dcmjs") as { data: Writer }).data;
