/** A report as a browser shows it: wide and narrow, light and dark, without scripts, and on paper. Needs Chromium. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluatePredictions } from "../../../src/report/evaluatePredictions.js";
import { accessibilityFaults, chromiumPath, launchChromium } from "../../helpers/browser.js";
import { FEW, PREDICTIONS, whole } from "../../helpers/evaluatedChildren.js";
import { writeTree } from "../../helpers/temporary.js";

const name = `the page of an evaluation${chromiumPath === undefined ? " (skipped: there is no Chromium)" : ""}`;

describe.skipIf(chromiumPath === undefined)(name, () => {
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "deeplasia-test-"));
    await writeTree(folder, { ...whole, "other.csv": PREDICTIONS });
    const [annotationCsv, other, out] = ["truth.csv", "other.csv", "report"].map((name) =>
      join(folder, name),
    );
    const options = { annotationCsv, compareWith: [other!], by: ["site"], ...FEW };
    await evaluatePredictions(join(folder, "p.csv"), { ...options, out });
    url = String(pathToFileURL(join(out!, "report.html")));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    [1280, "light"],
    [390, "dark"],
  ] as const)(
    "at %i pixels, %s: nothing is wider than the screen, axe finds nothing, nothing else is loaded",
    async (width, colorScheme) => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(url);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")).toBe(0);
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(requests).toEqual([url]);
      await page.close();
    },
  );

  test("without JavaScript all sections are there, and print has pages", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(url);
    expect(await page.locator("h2:visible").count()).toBeGreaterThan(10);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    expect(Number(/\/Count (\d+)/.exec(pdf)![1])).toBeGreaterThan(4);
    await context.close();
  });
});
