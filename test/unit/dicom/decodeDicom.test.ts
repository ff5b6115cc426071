import { describe, expect, test } from "vitest";
import { decodeDicom } from "../../../src/dicom/decodeDicom.js";
import { dicomFile, type Elements, greyElements } from "../../helpers/dicomFile.js";

const ramp = Uint16Array.from({ length: 4096 }, (_, i) => i);
const decode = (elements: Elements, options = {}) => decodeDicom(dicomFile(elements, options));
const levels = async (elements: Elements) => [...(await decode(elements)).data];
/** The level of one stored value, with all of 0 to 4095 in the picture. */
const levelOf = async (value: number, more: Elements, options = {}) =>
  (await decode({ ...greyElements(64, ramp, options), ...more })).data[value];

describe("grey levels", () => {
  test("without a window the range of values that occur is black to white, and that is noted", async () => {
    const picture = await decode(greyElements(2, Uint16Array.of(100, 200, 300, 1100)));
    expect(picture).toMatchObject({ width: 2, height: 2, channels: 1, depth: 16, isStretched: true });
    expect([...picture.data]).toEqual([0, 6554, 13107, 65535]);
  });

  test("MONOCHROME1 is inverted, and so is a presentation LUT of shape INVERSE; both together once", async () => {
    const inverse: Elements = { "20500020": ["CS", "INVERSE"] };
    const samples = Uint16Array.of(0, 1000, 3000, 4000);
    for (const elements of [
      greyElements(2, samples, { photometric: "MONOCHROME1" }),
      { ...greyElements(2, samples), ...inverse },
      { ...greyElements(2, samples, { photometric: "MONOCHROME1" }), ...inverse },
    ])
      expect(await levels(elements)).toEqual([65535, 49151, 16384, 0]);
  });

  // PS3.3 C.11.2.1.2.1: for centre 2048, width 4096 black is below 0, white from 4095 on; a width of 1 is a step.
  test.each([
    [0, "2048", "4096", 0],
    [4095, "2048", "4096", 65535],
    [2048, "2048", "4096", 32776],
    [99, "100", "1", 0],
    [100, "100", "1", 65535],
  ])("value %i in a window with centre %s and width %s", async (value, centre, width, level) => {
    expect(await levelOf(value, { "00281050": ["DS", centre], "00281051": ["DS", width] })).toBe(level);
  });

  test("the first of several windows counts, after the rescale", async () => {
    const more: Elements = {
      "00281050": ["DS", "0\\500"],
      "00281051": ["DS", "2001\\10"],
      "00281052": ["DS", "-1000"],
      "00281053": ["DS", "1"],
    };
    // Value 1000 is 0 after the rescale: half a level above the centre of the window.
    expect(await levelOf(1000, more)).toBe(Math.round(65535 * (0.5 / 2000 + 0.5)));
  });

  test("SIGMOID and LINEAR_EXACT", async () => {
    const window = (shape: string): Elements => ({
      "00281050": ["DS", "2000"],
      "00281051": ["DS", "1000"],
      "00281056": ["CS", shape],
    });
    expect(await levelOf(2250, window("SIGMOID"))).toBe(Math.round(65535 / (1 + Math.exp(-1))));
    expect(await levelOf(2250, window("LINEAR_EXACT"))).toBe(Math.round(65535 * 0.75));
  });

  test("a VOI LUT wins over a window, and is white where its depth ends", async () => {
    const lut: Elements = { "00283002": ["US", [3, 10, 10]], "00283006": ["US", [0, 500, 1023]] };
    const more: Elements = {
      "00281050": ["DS", "1"],
      "00281051": ["DS", "1"],
      "00283010": ["SQ", [lut]],
    };
    expect(await levelOf(5, more)).toBe(0);
    expect(await levelOf(11, more)).toBe(Math.round((65535 * 500) / 1023));
    expect(await levelOf(900, more)).toBe(65535);
  });

  test("bits above those that are stored are ignored, and signs extended", async () => {
    const unsigned = Uint16Array.of(0x8000 + 100, 0x4000 + 200, 300, 400);
    expect(await levels(greyElements(2, unsigned))).toEqual([0, 21845, 43690, 65535]);
    const signed = Int16Array.of(0x0fff, 0, 1, 2); // -1 in 12 bits
    expect(await levels(greyElements(2, signed))).toEqual([0, 21845, 43690, 65535]);
  });

  test("8 bits without a window stay as they are", async () => {
    const elements: Elements = {
      ...greyElements(2, Uint16Array.of(0, 0)),
      "00280010": ["US", 2],
      "00280100": ["US", 8],
      "00280101": ["US", 8],
      "7fe00010": ["OB", Uint8Array.of(3, 50, 100, 200)],
    };
    expect(await decode(elements)).toMatchObject({ depth: 8, isStretched: false });
    expect(await levels(elements)).toEqual([3, 50, 100, 200]);
  });

  test("a file without preamble and meta information is the same", async () => {
    const elements = greyElements(2, Uint16Array.of(1, 2, 3, 4));
    expect((await decode(elements, { preamble: false })).data).toEqual((await decode(elements)).data);
  });
});

describe("what cannot be read", () => {
  const grey = greyElements(2, Uint16Array.of(1, 2, 3, 4));
  const patient: Elements = { "00100010": ["PN", "GEHEIM^NAME"], "00100020": ["LO", "SECRET42"] };

  test.each<[what: string, elements: Elements, problem: RegExp, options?: object]>([
    ["several frames", { ...grey, "00280008": ["IS", "3"] }, /several frames/],
    ["a report", patient, /without a picture/],
    ["cut pixels", { ...grey, "7fe00010": ["OW", Uint8Array.of(1, 2)] }, /cut off: 2 bytes of 8/],
    ["a palette", { ...grey, "00280004": ["CS", "PALETTE COLOR"] }, /PhotometricInterpretation/],
    [
      "a video",
      grey,
      /transfer syntax 1\.2\.840\.10008\.1\.2\.4\.102/,
      { transferSyntax: "1.2.840.10008.1.2.4.102" },
    ],
    [
      "more pixels than a film has",
      { ...grey, "00280010": ["US", 60000], "00280011": ["US", 60000] },
      /at most 50 million/,
    ],
    [
      "no width of a window",
      { ...grey, "00281050": ["DS", "1"], "00281051": ["DS", "0"] },
      /WindowWidth is 0/,
    ],
    ["raw pixels called JPEG 2000", grey, /not in fragments/, { transferSyntax: "1.2.840.10008.1.2.4.90" }],
  ])("%s", async (_, elements, problem, options = {}) => {
    const error = (await decode({ ...patient, ...elements }, options).catch((caught) => caught)) as Error;
    expect(error).toMatchObject({ code: "ERR_DEEPLASIA_IMAGE_UNREADABLE" });
    expect(error.message).toMatch(problem);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/GEHEIM|SECRET/);
  });

  test("every truncation of a file is refused, or decodes to the same picture", async () => {
    const file = dicomFile({ ...patient, ...grey });
    const whole = await decodeDicom(file);
    for (let length = 0; length < file.length; length++) {
      const outcome = await decodeDicom(file.subarray(0, length)).catch((error) => error);
      if (!(outcome instanceof Error)) expect(outcome.data).toEqual(whole.data);
      else expect(outcome).toMatchObject({ code: "ERR_DEEPLASIA_IMAGE_UNREADABLE" });
    }
  });
});
