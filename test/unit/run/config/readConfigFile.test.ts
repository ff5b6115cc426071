/** What stands in place of a config file, or is spelt in it as nobody would expect. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../helpers/temporary.js";
import { configOf, configOfFiles } from "../../../helpers/trainConfig.js";

async function configOfBytes(bytes: Uint8Array | string) {
  const file = join(await temporaryFolder(), "my.yml");
  await writeFile(file, bytes);
  return configOf(`--config=${file}`);
}

const refused = (bytes: Uint8Array | string, message: RegExp) =>
  expect(configOfBytes(bytes)).rejects.toThrow(
    expect.objectContaining({ code: "ERR_DEEPLASIA_OPTION", message: expect.stringMatching(message) }),
  );

const TEXT = "name: Größe\n\ntrainer:\n  max_epochs: 7\n";
const swapped = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16();

test.each([
  ["UTF-8", Buffer.from(TEXT)],
  ["a byte-order mark", Buffer.from(`\ufeff${TEXT}`)],
  ["UTF-16, as PowerShell writes it", Buffer.from(`\ufeff${TEXT}`, "utf16le")],
  ["UTF-16, the other way round", swapped(TEXT)],
  ["Windows' line ends", Buffer.from(TEXT.replaceAll("\n", "\r\n"))],
])("a file in %s is read", async (_, bytes) => {
  const { config } = await configOfBytes(bytes);
  expect([config.name, config.trainer.max_epochs]).toEqual(["Größe", 7]);
});

describe("what is no config is called what it is", () => {
  test.each([
    ["nothing", "", /my\.yml is empty/],
    ["comments alone", "# name: a\n", /my\.yml is empty: there is no setting in it/],
    ["a CSV", "image_ID,dir,sex\na.png,b,F\n", /my\.yml:1: the file must be a mapping .*"image_ID,dir,sex"/],
    ["a list", "- name: a\n", /my\.yml:1: the file must be a mapping of settings/],
    ["a page", "<!DOCTYPE html><html></html>", /my\.yml:1: .*must be a mapping.*HTML/],
    ["a picture", Buffer.from("89504e470d0a1a0a0000000d", "hex"), /my\.yml: this is a PNG .*, not YAML/],
    ["Latin-1", Buffer.from("name: Gr\xf6\xdfe\n", "latin1"), /my\.yml: this is no UTF-8 text, not YAML/],
    ["two documents", "name: a\n---\nname: b\n", /my\.yml:\d: this is not YAML: there are several documents/],
    ["a tab", "trainer:\n\tmax_epochs: 3\n", /my\.yml:2: this is not YAML: tabs cannot indent/],
    [
      "no blank after a colon",
      "name: a\nroot_dir:b\n",
      /my\.yml:2: this is not YAML: a line is no `key: value`/,
    ],
    ["a bracket left open", "data: {flip_p: 1\n", /my\.yml:\d: this is not YAML/],
    [
      "brackets without end",
      `name: ${"[".repeat(50_000)}`,
      /my\.yml:1: this is not YAML: it is nested too deeply/,
    ],
    ["anchors that multiply", "a: &a [x, x]\nb: &b [*a, *a]\nname: [*b, *b]\n", /my\.yml:2: aliases/],
    ["a merge", "<<: {name: a}\n", /my\.yml:1: unknown setting <</],
    ["no key", ": 5\n", /my\.yml:1: a key must be a name|unknown setting/],
    ["a list as a key", "? [name]\n: a\n", /my\.yml:1: a key must be a name/],
  ])("%s", async (_, bytes, message) => refused(bytes, message));

  test("a folder", async () => {
    const folder = join(await temporaryFolder(), "my.yml");
    await mkdir(folder);
    await expect(configOf(`--config=${folder}`)).rejects.toThrow(/my\.yml: this is a folder/);
  });
});

test.each(["toString", "constructor", "__proto__", "hasOwnProperty", "valueOf"])(
  "%s is no setting, wherever it stands",
  async (key) => {
    const unknown = /my\.yml:\d: unknown setting|has no|must be|no such class/;
    for (const text of [
      `${key}: 1\n`,
      `${key}: {a: 1}\n`,
      `${key}:\n`,
      `trainer:\n  ${key}: 1\n`,
      `optimizer: {init_args: {${key}: 1}}\n`,
      `optimizer: {${key}: 1}\n`,
      `optimizer: ${key}\n`,
      `"${key}.class_path": 1\n`,
      `"${key}.init_args": {a: 1}\n`,
    ])
      await refused(text, unknown);
  },
);

test("a setting is given once in a file, in whichever way", async () => {
  await refused("name: a\n\nname: b\n", /my\.yml:3: name is there twice/);
  await refused("trainer: {max_epochs: 1, max_epochs: 2}\n", /my\.yml:1: max_epochs is there twice/);
  await refused(
    "trainer:\n  max_epochs: 1\ntrainer.max_epochs: 2\n",
    /my\.yml:3: trainer\.max_epochs is there twice, first at .*my\.yml:2/,
  );
  await refused(
    "optimizer: SGD\noptimizer.class_path: Adam\n",
    /my\.yml:2: optimizer\.class_path is there twice/,
  );
  await refused("trainer: {accumulate_grad_batches: {0: 1, 0: 2}}\n", /0 is there twice/);
  expect((await configOfFiles(["name: a\n", "name: b\n"])).config.name).toBe("b");
});

test("fifty thousand keys are read as fast as they are many, and the first that is none is named", async () => {
  const keys = Array.from({ length: 50_000 }, (_, i) => `  key_${i}: ${i}\n`).join("");
  await refused(`trainer:\n  max_epochs: 3\n${keys}`, /my\.yml:3: unknown setting trainer\.key_0/);
  await refused(`trainer:\n${keys}  key_7: 1\n`, /my\.yml:50002: key_7 is there twice/);
}, 120_000);

test.each([
  ["1e-3", 1e-3],
  ["1_000", 1000],
  ["0x10", 16],
  ["+.5", 0.5],
  ["-0.25", -0.25],
])("%s is a number, in a file as on the command line", async (written, value) => {
  const values = [
    await configOf(`--trainer.limit_val_batches=${written.replace("-0.25", "0.25")}`),
    await configOf(`--early_stopping.stopping_threshold=${written}`),
    await configOfFiles([`early_stopping: {stopping_threshold: ${written}}\n`]),
    await configOfFiles([`early_stopping: {stopping_threshold: "${written}"}\n`]),
  ].map(({ config }) => config.early_stopping.stopping_threshold);
  expect(values).toEqual([null, value, value, value]);
});

test.each(["nan", ".nan", "inf", "-.inf", "1,5", "ten", "1e", "1__0", "''"])(
  "%s is none, in a file as on the command line",
  async (written) => {
    const message = /early_stopping\.min_delta "?[^"]*"?: must be a number of at least 0/;
    await expect(configOf(`--early_stopping.min_delta=${written.replace("''", "")}`)).rejects.toThrow(
      message,
    );
    await refused(`early_stopping:\n  min_delta: ${written}\n`, message);
  },
);

test.each([
  ["yes", true],
  ["True", true],
  ["on", true],
  ["1", true],
  ["no", false],
  ["FALSE", false],
  ["off", false],
  ["0", false],
])("%s is %s, in a file as on the command line", async (written, value) => {
  expect((await configOf(`--data.use_cache=${written}`)).config.data.use_cache).toBe(value);
  expect((await configOfFiles([`data: {use_cache: ${written}}\n`])).config.data.use_cache).toBe(value);
});

test.each(["null", "~", "None", "NULL", ""])(
  "%s is nothing, in a file as on the command line",
  async (written) => {
    const file = await configOfFiles([`seed_everything: ${written}\n`]);
    expect(file.config.seed_everything).toBeNull();
    if (written !== "")
      expect((await configOf(`--seed_everything=${written}`)).config.seed_everything).toBeNull();
    else
      await expect(configOf("--seed_everything=")).rejects.toThrow(
        /--seed_everything "": must be a whole number/,
      );
  },
);
