import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createLogger } from "../../../src/console/logger.js";
import { createProgress } from "../../../src/console/progress.js";
import { temporaryFolder } from "../../helpers/temporary.js";

it("prints messages as they are, with the bar out of the way", () => {
  const written: string[] = [];
  const stream = { isTTY: true, columns: 80, write: (text: string) => written.push(text) };
  const progress = createProgress("bar", { stream, now: () => 0 });
  const logger = createLogger({ progress, stream });
  logger.info("first");
  progress.update({ done: 1, total: 2, failed: 0, rate: 1, secondsLeft: 1 });
  logger.warn("second\n  what to do");
  expect(written[0]).toBe("first\n");
  expect(written.slice(2)).toEqual(["\r\x1b[2K", "second\n  what to do\n"]);
});

it("appends to the log file in the reference's format, one line a message", async () => {
  const logFile = join(await temporaryFolder(), "run.log");
  const now = () => new Date(2026, 10, 4, 9, 5, 7);
  const stream = { write() {} };
  createLogger({ stream, logFile, source: "predict", now }).info("first");
  const logger = createLogger({ stream, logFile, source: "predict", now });
  logger.warn("second\n  what to do");
  logger.error("third");
  expect(await readFile(logFile, "utf8")).toBe(
    [
      "04 Nov 26 09:05:07\tINFO\tpredict\tfirst",
      "04 Nov 26 09:05:07\tWARNING\tpredict\tsecond what to do",
      "04 Nov 26 09:05:07\tERROR\tpredict\tthird",
      "",
    ].join("\n"),
  );
});

it("warns once that the log file cannot be written, and continues", async () => {
  const written: string[] = [];
  const logFile = join(await temporaryFolder(), "nowhere", "run.log");
  const logger = createLogger({ stream: { write: (text: string) => written.push(text) }, logFile });
  logger.info("one");
  logger.info("two");
  expect(written).toHaveLength(3);
  expect(written[1]).toMatch(/cannot write the log file .*run\.log/);
});

it("starts a new log file before one is larger than 500 kB, and keeps the last four full ones", async () => {
  const folder = await temporaryFolder();
  const logger = createLogger({ stream: { write() {} }, logFile: join(folder, "run.log") });
  const lines = 30;
  for (let i = 0; i < lines; i++) logger.info(`${i} ${"x".repeat(99_900)}`);
  const names = (await readdir(folder)).sort();
  expect(names).toEqual(["run.log", "run.log.1", "run.log.2", "run.log.3", "run.log.4"]);
  const numbers: number[] = [];
  for (const name of names.reverse().map((name) => join(folder, name))) {
    expect((await stat(name)).size).toBeLessThanOrEqual(500_000);
    for (const line of (await readFile(name, "utf8")).trimEnd().split("\n"))
      numbers.push(Number(line.split("\t")[3]!.split(" ")[0]));
  }
  // Nothing is lost between the files: what is there is the end of all that was written, in order.
  expect(numbers.length).toBeGreaterThanOrEqual(17);
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => lines - numbers.length + i));
});
