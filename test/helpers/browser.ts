/** Chromium for the tests of the page: Debian's, or another that is installed; none is downloaded. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Undefined where there is none. */
export const chromiumPath = [process.env.DEEPLASIA_CHROMIUM ?? "", ...PLACES].find((path) =>
  existsSync(path),
);

/** Calls no service of its maker, and needs no rights that a container lacks. */
const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

/** Each browser has a folder of its own for its data, which playwright removes. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath!, headless: true, args: FLAGS });

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const RUN_AXE = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(", ")))`;

/** Returns what axe-core finds against WCAG and good practice on a page as it is now. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe);
  return await page.evaluate<string[]>(RUN_AXE);
}
