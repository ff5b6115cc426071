/** `npm run docs:page`: docs/images/page.png, the page with its sample, as Chromium shows it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { root, runAsScript } from "./steps.mjs";

const FILE = join(root, "docs/images/page.png");

async function picture() {
  const app = spawn(process.execPath, [join(root, "dist/bin.cjs"), "app", "--address-only"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [address] = await once(app.stdout, "data");
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1130 }, colorScheme: "light" });
    await page.goto(String(address).trim());
    await page.getByRole("button", { name: /synthetic/ }).click();
    await page.locator("path.outline").waitFor();
    const shot = await page.screenshot();
    await sharp(shot)
      .resize({ width: 880 })
      .png({ palette: true, colours: 40, dither: 0, effort: 10 })
      .toFile(FILE);
  } finally {
    await browser.close();
    app.kill("SIGINT");
  }
}

await runAsScript(import.meta.url, picture);
