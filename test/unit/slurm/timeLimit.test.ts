import { expect, test } from "vitest";
import { shortTimeWarning, timeLimitSeconds } from "../../../src/slurm/timeLimit.js";

test.each([
  ["90", 5400],
  ["2:30", 150],
  ["1:00:00", 3600],
  ["1-2", 93_600],
  ["1-2:30", 95_400],
  ["1-0:0:5", 86_405],
  ["soon", null],
])("--time=%s is %s seconds", (text, seconds) => {
  expect(timeLimitSeconds(text)).toBe(seconds);
});

test("a time limit that leaves little time before the notice causes a warning", () => {
  expect(shortTimeWarning({ time: "2", signal: "USR1@90" })).toMatch(/may leave no time for work/);
  expect(shortTimeWarning({ time: "4", signal: "USR1@90" })).toMatch(/may leave only 1 min 30 s for work/);
  expect(shortTimeWarning({ time: "10", signal: "USR1@600" })).toMatch(
    /`time: "10"` with `signal: "USR1@600"/,
  );
  expect(shortTimeWarning({ time: "1:00:00", signal: "USR1@90" })).toBeNull();
  expect(shortTimeWarning({ time: "0", signal: "USR1@90" })).toBeNull();
  expect(shortTimeWarning({ signal: "USR1@90" })).toBeNull();
});
