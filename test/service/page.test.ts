/** The page as people use it: in a browser, on the service that `app` starts. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse } from "csv-parse/sync";
import type { Browser, Page, Request } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inWords } from "../../src/page/ages.js";
import { type StartedApp, startedApp } from "../helpers/app.js";
import { accessibilityFaults, chromiumPath, launchChromium } from "../helpers/browser.js";
import { dicomFile, greyElements } from "../helpers/dicomFile.js";
import { projectRoot } from "../helpers/testData.js";

const phantom = (name: string) => join(projectRoot, "examples/phantoms/images", `${name}.png`);
const fileOf = (name: string) => ({
  name: `${name}.png`,
  mimeType: "image/png",
  buffer: readFileSync(phantom(name)),
});
const NO_PICTURE = { name: "=cmd().png", mimeType: "image/png", buffer: Buffer.from("no picture") };

const name = chromiumPath === undefined ? "the page (skipped: there is no Chromium)" : "the page";

describe.skipIf(chromiumPath === undefined)(name, () => {
  let app: StartedApp;
  let browser: Browser;
  let page: Page;
  let asked: string[];
  let complaints: string[];

  beforeAll(async () => {
    [app, browser] = await Promise.all([startedApp(), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  async function open(options: Parameters<Browser["newContext"]>[0] = {}): Promise<void> {
    await page?.context().close();
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    // From the first listener on, dialogues for files are events.
    page.on("filechooser", () => {});
    asked = [];
    complaints = [];
    page.on("request", (request: Request) => asked.push(request.url()));
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => {
      // Chromium's own line for an answer that is an error.
      const isOwn = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isOwn) complaints.push(message.text());
    });
    await page.goto(app.address);
  }
  beforeEach(() => open());
  afterEach(() => {
    // The policy for scripts and styles is obeyed, and nothing is asked of anybody else.
    expect(complaints).toEqual([]);
    const { origin } = new URL(app.address);
    expect(asked.filter((url) => !url.startsWith(origin) && !url.startsWith(`blob:${origin}`))).toEqual([]);
  });

  const choose = (...files: (typeof NO_PICTURE)[]) => page.locator("input[type=file]").setInputFiles(files);
  const button = (label: string | RegExp) => page.getByRole("button", { name: label });
  const radio = (label: string) => page.getByRole("radio", { name: label, exact: true });
  const boneAge = () => page.locator(".bone-age");
  const outcomes = () => page.locator("tbody tr > td:nth-of-type(3)");

  /** What the service answers to another program. */
  async function answerTo(file: string, fields: Record<string, string>): Promise<{ bone_age: number }> {
    const form = new FormData();
    for (const [key, value] of Object.entries(fields)) form.set(key, value);
    form.set("file", new Blob([new Uint8Array(await readFile(file))]), "a.png");
    const token = new URL(app.address).searchParams.get("token");
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(new URL("/predict", app.address), { method: "POST", body: form, headers });
    return (await response.json()) as { bone_age: number };
  }

  /** Drops files on the page, as a file manager does. */
  async function drop(...files: string[]): Promise<void> {
    const data = await Promise.all(
      files.map(async (file) => [basename(file), (await readFile(file)).toString("base64")]),
    );
    await page.evaluate(`(() => {
      const data = new DataTransfer();
      for (const [name, base64] of ${JSON.stringify(data)}) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], name, { type: "image/png" }));
      }
      for (const type of ["dragenter", "dragover", "drop"])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    })()`);
  }

  test("the token leaves the address", () => {
    expect(page.url()).toBe(`${new URL(app.address).origin}/`);
  });

  test("a picture that is dropped gets its bone age, its outline and its difference", async () => {
    await drop(phantom("000004"));
    await page.getByText("This model needs the sex").waitFor();
    await radio("Female").check();
    const { bone_age } = await answerTo(phantom("000004"), { sex: "F" });
    expect(await boneAge().textContent()).toBe(inWords(bone_age));
    // Drawn with a bone age of 104 months.
    expect(Math.abs(bone_age - 104.24)).toBeLessThan(18);
    expect(await page.locator("path.outline").count()).toBe(1);
    await page.getByLabel("Date of birth").fill("2015-03-09");
    await page.getByLabel("Date of the picture").fill("2024-12-09");
    expect(await page.locator(".difference").textContent()).toMatch(
      /the chronological age of 9 years 9 months/,
    );
    await page.getByRole("checkbox", { name: "Outline of the hand" }).uncheck();
    expect(await page.locator("path.outline").count()).toBe(0);
    expect(await page.getByRole("status").textContent()).toContain(`bone age ${inWords(bone_age)}`);
  });

  test("a picture that is rotated is read anew, and its outline lies on it", async () => {
    await button(/synthetic/).click();
    await boneAge().waitFor();
    // The sample is this one.
    const { bone_age } = await answerTo(phantom("000009"), { sex: "F", rotate: "270" });
    const answered = page.waitForResponse(/predict/);
    await button("Rotate left").click();
    expect((await (await answered).json()).bone_age).toBe(bone_age);
    await boneAge().waitFor();
    const stage = page.getByRole("img", { name: /^Radiograph/ });
    expect(await stage.getAttribute("viewBox")).toBe("0 0 600 428");
    const [picture, outline] = [page.locator("image"), page.locator("path.outline")];
    const [whole, hand] = [(await picture.boundingBox())!, (await outline.boundingBox())!];
    expect(hand.x).toBeGreaterThanOrEqual(whole.x - 3);
    expect(hand.x + hand.width).toBeLessThanOrEqual(whole.x + whole.width + 3);
    expect(hand.y + hand.height).toBeLessThanOrEqual(whole.y + whole.height + 3);
  });

  test("several pictures stand in a table, also a file that is none, and in the CSV", async () => {
    await choose(fileOf("000000"), NO_PICTURE, fileOf("000006"));
    await button("All female").click();
    await page.getByText("No result", { exact: true }).waitFor();
    await page.getByRole("progressbar").waitFor({ state: "detached" });
    const [first, bad, last] = await outcomes().allTextContents();
    expect([first, bad, last]).toEqual([
      expect.stringMatching(/^\d+ y/),
      "No result",
      expect.stringMatching(/^\d+ y/),
    ]);
    await button("000006.png").first().click();
    expect(await page.locator(".file-name").textContent()).toBe("000006.png");
    const downloading = page.waitForEvent("download");
    await button("Download CSV").click();
    const text = await readFile(await (await downloading).path(), "utf8");
    const rows: Record<string, string>[] = parse(text, { bom: true, columns: true });
    const expected = await Promise.all(
      ["000000", "000006"].map((one) => answerTo(phantom(one), { sex: "F" })),
    );
    expect(rows.map(({ image_ID }) => image_ID)).toEqual(["000000.png", "'=cmd().png", "000006.png"]);
    // Pictures that are predicted together may differ in the last bits.
    expect(Number(rows[0]?.pred_bone_age)).toBeCloseTo(expected[0]!.bone_age, 1);
    expect(Number(rows[2]?.pred_bone_age)).toBeCloseTo(expected[1]!.bone_age, 1);
    expect(rows[1]?.error).not.toBe("");
  });

  test("a file that is no picture, and a service that is gone, are explained; trying again helps", async () => {
    await choose(NO_PICTURE);
    await radio("Male").check();
    const alert = page.getByRole("alert");
    expect(await alert.textContent()).toMatch(/No result for this picture.*cannot be read.*Give a PNG/);
    await page.route("**/predict", (route) => route.abort());
    await choose(fileOf("000006"));
    await button("000006.png").first().click();
    await radio("Male").check();
    await alert.getByText("The service does not answer.").waitFor();
    await page.unroute("**/predict");
    await button("Try again").click();
    await boneAge().waitFor();
  });

  test("a DICOM file is shown, and its header states sex and age", async () => {
    const { data, info } = await sharp(phantom("000001"))
      .toColourspace("b-w")
      .raw()
      .toBuffer({ resolveWithObject: true });
    const samples = Uint16Array.from(data, (value) => value * 16);
    const child: Parameters<typeof dicomFile>[0] = {
      ...{ "00100040": ["CS", "M"], "00100030": ["DA", "20150309"], "00080020": ["DA", "20240309"] },
    };
    const buffer = dicomFile({ ...greyElements(info.width, samples), ...child });
    await choose({ name: "IM000001", mimeType: "", buffer: Buffer.from(buffer) });
    await boneAge().waitFor();
    expect(await page.getByText("Male, as the file states").count()).toBe(1);
    expect(await page.getByText("9 years, as the file states").count()).toBe(1);
    expect(await page.locator(".difference").textContent()).toContain("the chronological age of 9 years.");
    expect(await page.locator("image").getAttribute("href")).toMatch(/^blob:/);
    expect(await page.locator("path.outline").count()).toBe(1);
  });

  test("a keyboard is enough", async () => {
    const focused = () =>
      page.evaluate<string>(
        "document.activeElement.closest('button, input')?.textContent || document.activeElement.name || ''",
      );
    const tabTo = async (label: string | RegExp, key = "Tab") => {
      for (let i = 0; i < 30 && !(await focused()).match(label); i++) await page.keyboard.press(key);
      expect(await focused()).toMatch(label);
    };
    await tabTo("Choose pictures");
    const choosing = page.waitForEvent("filechooser");
    await page.keyboard.press("Enter");
    await (await choosing).setFiles(phantom("000004"));
    await page.getByText("This model needs the sex").waitFor();
    await tabTo(/^sex$/);
    await page.keyboard.press("Space");
    await boneAge().waitFor();
    const female = await boneAge().textContent();
    await tabTo(/^sex$/);
    await page.keyboard.press("ArrowRight");
    await boneAge().waitFor();
    expect(await boneAge().textContent()).not.toBe(female);
    await tabTo(/Rotate left/, "Shift+Tab");
    await page.keyboard.press("Enter");
    await tabTo("Remove all");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Bone age from a hand radiograph" }).waitFor();
    await tabTo("Choose pictures");
  });

  test("what waits and runs can be cancelled, and read later", async () => {
    await page.route("**/predict", () => {});
    await choose(fileOf("000004"), fileOf("000006"), fileOf("000008"));
    await button("All female").click();
    await page.getByText("Reading: 0 of 3 done").waitFor();
    await button("Cancel").click();
    expect(await outcomes().allTextContents()).toEqual(["Cancelled", "Cancelled", "Cancelled"]);
    await page.unroute("**/predict");
    await button("Read the picture").click();
    await boneAge().waitFor();
    expect((await outcomes().allTextContents()).slice(1)).toEqual(["Cancelled", "Cancelled"]);
  });

  test.each([
    ["light", 1280],
    ["dark", 390],
  ] as const)(
    "in %s, %s pixels wide, axe finds nothing and nothing sticks out",
    async (colorScheme, width) => {
      await open({ colorScheme, reducedMotion: "reduce", viewport: { width, height: 844 } });
      const sound = async () => {
        expect(await accessibilityFaults(page)).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      };
      await page.getByText("Research software. Not a medical device").waitFor();
      await sound();
      await button(/synthetic/).click();
      await boneAge().waitFor();
      await sound();
      await choose(NO_PICTURE, fileOf("000006"));
      await button(/=cmd/).first().click();
      await radio("Male").check();
      await page.getByRole("alert").waitFor();
      await sound();
    },
  );
});
