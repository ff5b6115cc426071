import type { Command } from "commander";
import { afterEach, describe, expect, test } from "vitest";
import { exampleLines } from "../../../src/commands/helpExample.js";
import { createProgram } from "../../../src/program.js";

const columns = process.env.COLUMNS;
afterEach(() => {
  if (columns === undefined) delete process.env.COLUMNS;
  else process.env.COLUMNS = columns;
});

const PROGRAM = await createProgram();

/** Every command and the flag that asks for its help. */
function helps(command = PROGRAM): [path: string, flag: string][] {
  const flags = [
    "--help",
    ...command.options.filter(({ long }) => long === "--help-all").map(() => "--help-all"),
  ];
  const path = (c: Command): string[] => (c.parent === null ? [] : [...path(c.parent), c.name()]);
  return [
    ...flags.map((flag): [string, string] => [path(command).join(" "), flag]),
    ...command.commands.flatMap((child) => helps(child)),
  ];
}

/** What `deeplasia-native <path> <flag>` prints where a line has so many columns; undefined: nobody knows. */
function helpOf(path: string, flag: string, width: number | undefined): string {
  if (width === undefined) delete process.env.COLUMNS;
  else process.env.COLUMNS = String(width);
  let text = "";
  const listen = (command: Command) => {
    command.exitOverride().configureOutput({ writeOut: (more) => (text += more) });
    command.commands.forEach(listen);
  };
  listen(PROGRAM);
  expect(() => PROGRAM.parse([...path.split(" ").filter(Boolean), flag], { from: "user" })).toThrow();
  return text;
}

/** Lines that are too long though they have a blank, behind their margin, where they could be broken. */
function tooLong(text: string, width: number): string[] {
  const isBreakable = (line: string) =>
    / /.test(
      line
        .trim()
        .replace(/ \\$/, "")
        .replace(/^\S+ {2,}/, ""),
    );
  return text.split("\n").filter((line) => line.length > width && isBreakable(line));
}

describe.each(helps())("help of %s %s", (path, flag) => {
  test.each([60, 80, 120])("is %s columns wide", (width) => {
    expect(tooLong(helpOf(path, flag, width), width)).toEqual([]);
  });

  test("has the same text whatever the width, and each default once", () => {
    const words = (width: number) => helpOf(path, flag, width).replaceAll(/[\s\\]+/g, " ");
    expect(words(60)).toBe(words(120));
    expect(words(120)).not.toMatch(/\(default: [^)]*\) \(default:/);
  });
});

test("80 columns are assumed where their number is unknown", () => {
  expect(helpOf("predict", "--help", undefined)).toBe(helpOf("predict", "--help", 80));
});

test("no help has an empty description or a heading without options", () => {
  for (const [path, flag] of helps()) {
    const text = helpOf(path, flag, 80);
    expect(text).not.toMatch(/:\n\n/);
    expect(text).not.toMatch(/undefined|null\)|\[object/);
  }
});

test.each(["train", "predict"])("%s has a short help that names the long one", (name) => {
  const short = helpOf(name, "--help", 80);
  const all = helpOf(name, "--help-all", 80);
  expect(short.split("\n").length).toBeLessThan(0.75 * all.split("\n").length);
  expect(short.replaceAll("\n", " ")).toContain(`deeplasia-native ${name} --help-all`);
  const command = PROGRAM.commands.find((command) => command.name() === name)!;
  const shown = (text: string) =>
    command.options.filter(({ long }) => text.includes(`${long} `) || text.includes(`${long}\n`));
  expect(shown(all)).toHaveLength(command.options.filter(({ hidden }) => !hidden).length);
});

test("an example is one command for a shell, however it is broken", () => {
  const command = '  deeplasia-native predict "my hand.png" --ckp_path a.pt b.pt --sex F';
  const lines = exampleLines(command, 44);
  expect(lines).toEqual([
    '  deeplasia-native predict "my hand.png" \\',
    "      --ckp_path a.pt b.pt --sex F",
  ]);
  expect(lines.join("\n").replaceAll(/\\\n\s+/g, "")).toBe(command.trimEnd());
});
