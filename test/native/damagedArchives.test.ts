/** Damaged archives that libtorch itself would load: it compares no checksums and trusts the sizes in pickles. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BUNDLED_MODEL } from "../../src/model/bundled.js";
import { native } from "../../src/native.js";
import { archiveOf, dataPlace, records, tell, withInnerEntry, withRecords } from "../helpers/archives.js";
import { zip } from "../helpers/libtorch.js";
import { CPU, modelFile } from "../helpers/model.js";
import { temporaryFolder } from "../helpers/temporary.js";

const MODEL = modelFile("mean-plus-sex");
const CODE = "code/__torch__.py";

async function loaded(bytes: Buffer): Promise<string> {
  const path = join(await temporaryFolder(), "model.pt");
  await writeFile(path, bytes);
  try {
    await native().dispose(await native().loadModel(path, CPU));
    return "loaded";
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ERR_DEEPLASIA_MODEL_UNREADABLE" ? message : `${code}: ${message}`;
  }
}

test("an archive that the test rebuilds is a valid model, so the next ones are refused for their faults alone", async () => {
  expect(await loaded(withRecords(MODEL, {}))).toBe("loaded");
});

describe("the zip file", () => {
  test("64 KiB of zeros in the weights of a real model", async () => {
    const bytes = await readFile(BUNDLED_MODEL);
    const largest = Object.entries(records(BUNDLED_MODEL)).reduce((a, b) =>
      b[1].length > a[1].length ? b : a,
    );
    const [from, to] = dataPlace(bytes, `archive/${largest[0]}`);
    expect(to - from).toBeGreaterThan(64 << 10);
    bytes.fill(0, from, from + (64 << 10));
    expect(await loaded(bytes)).toMatch(/^the entry \S+\/data\/\d+ is damaged: its checksum differs$/);
  });

  test("one bit of any record", async () => {
    const whole = await readFile(MODEL);
    for (const name of Object.keys(records(MODEL))) {
      const bytes = Buffer.from(whole);
      const [from, to] = dataPlace(bytes, `mean-plus-sex/${name}`);
      bytes[Math.floor((from + to) / 2)]! ^= 1;
      expect(await loaded(bytes), name).toMatch(name.endsWith(".py") ? /damaged/ : /checksum differs/);
    }
  });

  test("a checksum of 0 is refused", async () => {
    const bytes = tell(withRecords(MODEL, {}), "m/data.pkl", { crc: 0 });
    expect(await loaded(bytes)).toBe("the entry m/data.pkl is damaged: its checksum differs");
  });

  test("names that occur twice, lead outside, or are in another folder", async () => {
    const all = records(MODEL);
    expect(await loaded(archiveOf({ ...all, "DATA.pkl": all["data.pkl"]! }))).toMatch(
      /data.pkl occurs twice/,
    );
    for (const name of ["../data/0", "data/../0", "/data/0", "data//0", "data\\0", "data/\0"])
      expect(await loaded(archiveOf({ ...all, [name]: "x" })), name).toMatch(
        /one that leads out of the archive/,
      );
    const others = Object.fromEntries(Object.entries(all).map(([name, data]) => [`m/${name}`, data]));
    expect(await loaded(zip({ ...others, "other/data/0": "x" }))).toMatch(/not in the folder of the others/);
  });

  test("entries inside others, headers that disagree, bytes behind the end", async () => {
    const all = records(MODEL);
    const outer = archiveOf({ ...all, "data/outer": zip({ "m/data/inner": "abcd" }) });
    expect(await loaded(withInnerEntry(outer, "m/data/outer", "m/data/inner"))).toMatch(/entries overlap/);
    const whole = withRecords(MODEL, {});
    for (const told of [{ crc: 1 }, { size: 1 }, { method: 8 }])
      expect(await loaded(tell(whole, `m/${CODE}`, told, "local"))).toMatch(
        /its own header and the directory differ/,
      );
    const commented = Buffer.concat([whole, Buffer.from("junk")]);
    expect(await loaded(commented)).toMatch(/damaged or incomplete/);
    commented.writeUInt16LE(4, whole.length - 2);
    expect(await loaded(commented)).toBe("the archive has bytes after its end");
  });

  test("a few kilobytes that would unpack to gigabytes", async () => {
    const zeros = Buffer.alloc(80 << 20, "\n");
    const bytes = archiveOf({ ...records(MODEL), "code/more.py": deflateRawSync(zeros) });
    const told = { method: 8, crc: crc32(zeros), size: zeros.length };
    expect(await loaded(tell(bytes, "m/code/more.py", told))).toMatch(/would inflate to far more than/);
  });
});

describe("damaged pickles with correct checksums", () => {
  /** Replaces bytes in a pickle by others of the same length. */
  const changed = (from: string, to: string) =>
    withRecords(MODEL, {
      "data.pkl": (data) => {
        const at = data.indexOf(from, 0, "latin1");
        expect(at).toBeGreaterThan(0);
        const copy = Buffer.from(data);
        copy.write(to, at, "latin1");
        return copy;
      },
    });

  test("storages larger than their data, or without any", async () => {
    const longer = /\/?data\.pkl says|smaller than/;
    expect(await loaded(changed("cpuq\x06K\x01", "cpuq\x06K\x40"))).toMatch(longer);
    const { "data/0": _gone, ...rest } = records(MODEL);
    expect(await loaded(archiveOf(rest))).toBe("the data of the storage 0 are missing");
  });

  test("shapes and offsets beyond the storage", async () => {
    for (const [from, to] of [
      ["K\x00(K\x01t", "K\x07(K\x01t"],
      ["K\x00(K\x01t", "K\x00(K\x7ft"],
    ] as const)
      expect(await loaded(changed(from, to)), to).toMatch(/reaches beyond its storage/);
  });

  test("a class that TorchScript does not know", async () => {
    const text = changed("collections\nOrderedDict", "collections\nUnorderedDi");
    expect(await loaded(text)).toBe("it asks for collections.UnorderedDi, which TorchScript does not know");
  });
});

test("code that is nested too deeply for the stack", async () => {
  const nested = (open: string, close: string) =>
    withRecords(MODEL, {
      [CODE]: (data) =>
        `${data}def deep(x: int) -> int:\n  return ${open.repeat(50_000)}x${close.repeat(50_000)}\n`,
    });
  for (const [open, close] of [
    ["(", ")"],
    ["-", ""],
    ["not ", ""],
    ["", ".real"],
    ["", " + x"],
    ["", "[0]"],
    ["", "()"],
    ["", " if x else x"],
  ] as const)
    expect(await loaded(nested(open, close)), open + close).toBe(`${CODE} is nested too deeply to be read`);
  const branches = `def deep(x: int) -> int:\n  if x:\n    pass\n${"  elif x:\n    pass\n".repeat(50_000)}  return x\n`;
  expect(await loaded(withRecords(MODEL, { [CODE]: (data) => data + branches }))).toMatch(
    /nested too deeply/,
  );
});
