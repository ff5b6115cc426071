/** Progress of long work: events, and four ways to show them on stderr; stdout is for data. */

export interface ProgressEvent {
  /** Number of rows that are done, including failed ones. */
  done: number;
  /** Number of all rows. */
  total: number;
  /** Number of rows that failed. */
  failed: number;
  /** Rows per second in this run. */
  rate: number;
  /** Null until a rate is known. */
  secondsLeft: number | null;
  /** Text before the numbers that names what they count. */
  label?: string;
  /** Text after the numbers. */
  note?: string;
}

/** `auto`: a bar on a terminal, plain lines elsewhere. */
export const PROGRESS_KINDS = ["auto", "bar", "plain", "json", "none"] as const;
export type ProgressKind = (typeof PROGRESS_KINDS)[number];

export interface Progress {
  update(event: ProgressEvent): void;
  /** Removes the bar from the screen so that other text can be printed. The next update shows it again. */
  hide(): void;
  /** Shows the last event, if it was not shown yet, and ends the line. */
  finish(): void;
}

/** A stream that progress is written to, such as `process.stderr`. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  stream?: ProgressStream;
  /** Seconds between two plain lines. */
  plainIntervalSeconds?: number;
  /** Clock in milliseconds. */
  now?: () => number;
}

export function createProgress(kind: ProgressKind, options: ProgressOptions = {}): Progress {
  const { stream = process.stderr, plainIntervalSeconds = 30, now = () => performance.now() } = options;
  const chosen = kind === "auto" ? (stream.isTTY === true ? "bar" : "plain") : kind;
  switch (chosen) {
    case "bar":
      return throttle(100, now, Number.NEGATIVE_INFINITY, {
        show: (event) => stream.write(`\r\x1b[2K${barLine(event, stream.columns ?? 80)}`),
        hide: () => stream.write("\r\x1b[2K"),
        end: () => stream.write("\n"),
      });
    case "json":
      return throttle(100, now, Number.NEGATIVE_INFINITY, {
        show: (event) => stream.write(`${JSON.stringify(event)}\n`),
      });
    case "plain":
      return throttle(1000 * plainIntervalSeconds, now, now(), {
        show: (event) => stream.write(`${progressText(event)}\n`),
      });
    case "none":
      return { update() {}, hide() {}, finish() {} };
  }
}

interface Display {
  show(event: ProgressEvent): void;
  hide?(): void;
  end?(): void;
}

/** Shows an event at most every `intervalMs`, but the last one always. */
function throttle(intervalMs: number, now: () => number, since: number, display: Display): Progress {
  let shownAt = since;
  let waiting: ProgressEvent | null = null;
  let onScreen = false;
  const show = (event: ProgressEvent) => {
    display.show(event);
    shownAt = now();
    waiting = null;
    onScreen = true;
  };
  return {
    update(event) {
      waiting = event;
      if (now() - shownAt >= intervalMs) show(event);
    },
    hide() {
      if (onScreen) display.hide?.();
      onScreen = false;
    },
    finish() {
      if (waiting !== null) show(waiting);
      if (onScreen) display.end?.();
      onScreen = false;
    },
  };
}

/** Turns counts into events. Rows of an earlier run count as done, but not for the rate. */
export class ProgressMeter {
  private readonly start: number;

  constructor(
    private readonly total: number,
    private readonly doneBefore = 0,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.start = now();
  }

  event(done: number, failed: number): ProgressEvent {
    const seconds = (this.now() - this.start) / 1000;
    const rate = seconds > 0 ? (done - this.doneBefore) / seconds : 0;
    return {
      done,
      total: this.total,
      failed,
      rate,
      secondsLeft: rate > 0 ? (this.total - done) / rate : null,
    };
  }
}

/** `epoch 3: 1200 of 3000 (40 %), 12.5 a second, 2 min 24 s left, 3 failed, loss 0.1` */
export function progressText(event: ProgressEvent): string {
  const { done, total, failed, rate, secondsLeft, label, note } = event;
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  const parts = [`${done} of ${total} (${percent} %)`, `${rate.toFixed(rate < 100 ? 1 : 0)} a second`];
  if (secondsLeft !== null && done < total) parts.push(`${durationText(secondsLeft)} left`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (note !== undefined) parts.push(note);
  return `${label === undefined ? "" : `${label}: `}${parts.join(", ")}`;
}

function barLine(event: ProgressEvent, columns: number): string {
  const text = progressText(event);
  // One column less than the terminal, because some terminals wrap a full line.
  const room = Math.min(columns - 1 - text.length - 3, 30);
  if (room < 5) return text.slice(0, Math.max(columns - 1, 0));
  const filled = event.total === 0 ? room : Math.floor((room * event.done) / event.total);
  return `[${"#".repeat(filled)}${"-".repeat(room - filled)}] ${text}`;
}

/** Formats the two largest units of a duration: `3 h 5 min`, `2 min 24 s`, `9 s`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const units: [size: number, name: string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const largest = units.findIndex(([size]) => whole >= size);
  if (largest < 0) return "0 s";
  let rest = whole;
  const parts = units.slice(largest, largest + 2).map(([size, name]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? "" : `${count} ${name}`;
  });
  return parts.filter(Boolean).join(" ");
}
