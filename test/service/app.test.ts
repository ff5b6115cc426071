/** `app`: who opens the printed address is let in, and a browser is opened at it. */
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openBrowser } from "../../src/commands/openBrowser.js";
import { startedApp } from "../helpers/app.js";
import { temporaryFolder } from "../helpers/temporary.js";

async function fakeBrowser(script: string): Promise<{ BROWSER: string; opened: string }> {
  const folder = await temporaryFolder();
  const [BROWSER, opened] = [join(folder, "browser"), join(folder, "opened")];
  await writeFile(BROWSER, `#!/bin/sh\n${script.replace("OPENED", `"${opened}"`)}\n`);
  await chmod(BROWSER, 0o755);
  return { BROWSER, opened };
}

test("it opens the browser at the address that it prints, lets only that in, and ends with Ctrl-C", async () => {
  const { BROWSER, opened } = await fakeBrowser('printf %s "$1" > OPENED');
  const app = await startedApp([], { BROWSER });
  const { origin, hostname, searchParams } = new URL(app.address);
  expect(hostname).toBe("127.0.0.1");
  expect(await readFile(opened, "utf8")).toBe(app.address);
  for (const stranger of [`${origin}/`, `${origin}/models`, `${origin}/?token=${"a".repeat(32)}`])
    expect((await fetch(stranger)).status).toBe(401);
  const first = await fetch(app.address, { redirect: "manual" });
  expect(first.status).toBe(303);
  const [cookie = ""] = first.headers.getSetCookie();
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  const page = await fetch(`${origin}/`, { headers: { cookie: cookie.split(";")[0]! } });
  expect(await page.text()).toContain('<div id="app">');
  expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'; script-src 'self';/);
  expect(searchParams.get("token")).toHaveLength(32);
  expect(await app.stop()).toBe(0);
});

test("where no browser can be opened, that is known at once", async () => {
  const { BROWSER, opened } = await fakeBrowser("exit 3");
  expect(await openBrowser("http://127.0.0.1:1/", {})).toBe(false);
  expect(await openBrowser("http://127.0.0.1:1/", { BROWSER: "/nowhere/browser" })).toBe(false);
  expect(await openBrowser("http://127.0.0.1:1/", { BROWSER })).toBe(false);
  const good = await fakeBrowser('printf %s "$1" > OPENED');
  expect(await openBrowser("http://127.0.0.1:1/", { BROWSER: `${BROWSER}:${good.BROWSER}` })).toBe(true);
  expect(await readFile(good.opened, "utf8")).toBe("http://127.0.0.1:1/");
  await expect(readFile(opened)).rejects.toThrow();
});
