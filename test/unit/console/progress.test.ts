import { expect, it } from "vitest";
import { createProgress, durationText, ProgressMeter, progressText } from "../../../src/console/progress.js";

/** A stream that keeps what is written, and a clock that is set by hand. */
function stage(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  return { written, clock, options: { stream, now: () => clock.ms } };
}

const event = (done: number) => ({ done, total: 200, failed: 0, rate: 10, secondsLeft: (200 - done) / 10 });

it("redraws a bar ten times a second at most, in place, and ends with the last event", () => {
  const { written, clock, options } = stage(true);
  const progress = createProgress("auto", options);
  for (let done = 0; done <= 100; done++) {
    progress.update(event(done));
    clock.ms += 10;
  }
  expect(written).toHaveLength(11);
  progress.update(event(101));
  progress.update(event(102));
  progress.finish();
  expect(written.every((text) => text === "\n" || text.startsWith("\r\x1b[2K["))).toBe(true);
  expect(written.at(-2)).toContain("102 of 200 (51 %)");
  expect(written.at(-1)).toBe("\n");
});

it.each([10, 20, 60, 200])("a bar fits into %d columns", (columns) => {
  const { written, options } = stage(true, columns);
  createProgress("bar", options).update(event(150));
  expect(written[0]!.replace("\r\x1b[2K", "").length).toBeLessThan(columns);
});

it("takes the bar away for another line and brings it back", () => {
  const { written, clock, options } = stage(true);
  const progress = createProgress("bar", options);
  progress.hide();
  expect(written).toEqual([]);
  progress.update(event(1));
  progress.hide();
  progress.hide();
  expect(written.slice(1)).toEqual(["\r\x1b[2K"]);
  clock.ms += 100;
  progress.update(event(2));
  expect(written).toHaveLength(3);
});

it("writes a plain line every 30 seconds where there is no terminal, and the last one", () => {
  const { written, clock, options } = stage(false);
  const progress = createProgress("auto", options);
  for (let second = 0; second < 100; second++) {
    progress.update(event(second));
    clock.ms += 1000;
  }
  progress.finish();
  expect(written.map((line) => line.split(" ")[0])).toEqual(["30", "60", "90", "99"]);
  expect(written.every((line) => line.endsWith("\n") && !line.includes("\r"))).toBe(true);
});

it("writes JSON lines for programs", () => {
  const { written, options } = stage(true);
  const progress = createProgress("json", options);
  progress.update(event(1));
  progress.update(event(2));
  progress.finish();
  expect(written.map((line) => JSON.parse(line))).toEqual([event(1), event(2)]);
});

it("prints nothing at all", () => {
  const { written, options } = stage(true);
  const progress = createProgress("none", options);
  progress.update(event(1));
  progress.hide();
  progress.finish();
  expect(written).toEqual([]);
});

it("measures the rate of this run only", () => {
  let ms = 1000;
  const meter = new ProgressMeter(1000, 400, () => ms);
  expect(meter.event(400, 0)).toEqual({ done: 400, total: 1000, failed: 0, rate: 0, secondsLeft: null });
  ms += 10_000;
  expect(meter.event(600, 2)).toEqual({ done: 600, total: 1000, failed: 2, rate: 20, secondsLeft: 20 });
});

it("is put in words", () => {
  expect(progressText({ done: 1200, total: 3000, failed: 3, rate: 12.5, secondsLeft: 144 })).toBe(
    "1200 of 3000 (40 %), 12.5 a second, 2 min 24 s left, 3 failed",
  );
  expect(progressText({ done: 0, total: 0, failed: 0, rate: 0, secondsLeft: null })).toBe(
    "0 of 0 (100 %), 0.0 a second",
  );
});

it.each([
  [0, "0 s"],
  [0.6, "1 s"],
  [59.7, "1 min"],
  [144, "2 min 24 s"],
  [3600, "1 h"],
  [11_100, "3 h 5 min"],
  [90_000, "1 d 1 h"],
])("%d seconds are %s", (seconds, text) => expect(durationText(seconds)).toBe(text));
