import { describe, expect, test } from "vitest";
import {
  buildTag,
  isCompatible,
  minorVersion,
  parseBuildVersion,
  parseVersionPy,
  readLibtorchVersion,
} from "../../../src/libtorch/version.js";
import { writeFiles } from "../../helpers/libtorch.js";
import { temporaryFolder } from "../../helpers/temporary.js";

describe("versions in the files of libtorch builds", () => {
  test("version.py of a CUDA wheel", () => {
    const text =
      "from typing import Optional\n__version__ = '2.14.1+cu130'\ndebug = False\ncuda: Optional[str] = '13.0'\n";
    expect(parseVersionPy(text)).toEqual({ version: "2.14.1+cu130", cuda: "13.0" });
  });

  test("version.py of a CPU wheel, and of a distribution without the label", () => {
    expect(parseVersionPy("__version__ = '2.13.0+cpu'\ncuda: Optional[str] = None\n")).toEqual({
      version: "2.13.0+cpu",
      cuda: null,
    });
    expect(parseVersionPy('__version__ = "2.13.0"\ncuda = "11.8"\n')).toEqual({
      version: "2.13.0",
      cuda: "11.8",
    });
    expect(parseVersionPy("print('hello')")).toBeNull();
  });

  test.each([
    ["2.13.0+cpu\n", { version: "2.13.0+cpu", cuda: null }],
    ["2.13.0+cu130", { version: "2.13.0+cu130", cuda: "13.0" }],
    ["2.3.1+cu118", { version: "2.3.1+cu118", cuda: "11.8" }],
    ["<html>", null],
  ])("build-version %j of PyTorch's zip", (text, expected) => {
    expect(parseBuildVersion(text)).toEqual(expected);
  });

  test("a directory with headers only", async () => {
    const header =
      "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 11\n#define TORCH_VERSION_PATCH 3\n";
    const folder = writeFiles(await temporaryFolder(), { "include/torch/headeronly/version.h": header });
    expect(readLibtorchVersion(folder)).toEqual({ version: "2.11.3", cuda: null });
    expect(readLibtorchVersion(`${folder}/include`)).toBeNull();
  });

  test("build tags are PyTorch's", () => {
    expect([buildTag(null), buildTag("13.0"), buildTag("11.8")]).toEqual(["cpu", "cu130", "cu118"]);
  });
});

describe("compatibility", () => {
  test.each([
    ["2.13.0", "2.13.0+cpu", true],
    ["2.13.0", "2.13.4+cu130", true],
    ["2.13.0a0+git12", "2.13.1", true],
    ["2.13.0", "2.1.3", false],
    ["2.1.0", "2.13.0", false],
    ["2.13.0", "3.13.0", false],
    ["unknown", "unknown", false],
  ])("%s with %s: %s", (a, b, expected) => {
    expect(isCompatible(a, b)).toBe(expected);
    expect(isCompatible(b, a)).toBe(expected);
  });

  test("major and minor only", () => {
    expect([minorVersion("2.13.0+cpu"), minorVersion("2.13"), minorVersion("13")]).toEqual([
      "2.13",
      "2.13",
      null,
    ]);
  });
});
