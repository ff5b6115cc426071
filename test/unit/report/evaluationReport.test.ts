/** The files of a report. */
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checklistItems } from "../../../src/report/claimItems.js";
import { evaluatePredictions } from "../../../src/report/evaluatePredictions.js";
import { ANNOTATIONS, FEW, PREDICTIONS } from "../../helpers/evaluatedChildren.js";
import { writeTree } from "../../helpers/temporary.js";

const EVERYTHING = {
  ...{
    raters: true,
    patients: true,
    part: true,
    parts: true,
    members: true,
    robustness: true,
    saliency: true,
  },
};

describe("the report", () => {
  let folder: string;
  let written: string[];
  const hostile = ANNOTATIONS.replace("0.png,x,0", '"<img src=x onerror=alert(1)>.png",x,0').replaceAll(
    "Bonn",
    "<b>&Bonn",
  );
  const files = {
    "p.csv": PREDICTIONS.replace("0.png,x", "<img src=x onerror=alert(1)>.png,x"),
    "truth.csv": hostile,
  };

  beforeAll(async () => {
    folder = await writeTree(await mkdtemp(join(tmpdir(), "deeplasia-test-")), files);
    ({ written } = await report(join(folder, "report")));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const report = (out: string) =>
    evaluatePredictions(join(folder, "p.csv"), {
      annotationCsv: join(folder, "truth.csv"),
      by: ["site"],
      out,
      ...FEW,
    });

  test("is one page that needs no network, no script and no other file", async () => {
    const page = await readFile(join(folder, "report/report.html"), "utf8");
    expect(page).not.toMatch(/<script|<link|<img|@import|url\((?!#)/i);
    expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:/);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
    expect(page).toContain("&lt;b&gt;&amp;Bonn");
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/(?:href="#|aria-labelledby=")([^" ]+)/g)) expect(ids).toContain(id);
    expect(page.length).toBeLessThan(1e6);
  });

  test("has figures that others can read, as SVG and PNG", async () => {
    const names = await readdir(join(folder, "report/figures"));
    expect(names.filter((name) => name.endsWith(".svg"))).toHaveLength(6);
    for (const name of names) {
      const { width } = await sharp(join(folder, "report/figures", name)).metadata();
      expect(width).toBeGreaterThan(200);
    }
    const scatter = readFileSync(join(folder, "report/figures/scatter.svg"), "utf8");
    const points = [...scatter.matchAll(/class="points (?:first|second)"[^>]* d="([^"]*)"/g)].flatMap(
      ([, d]) => d!.match(/h0/g),
    );
    expect(points).toHaveLength(60 + 2);
  });

  test("has tables for spreadsheets and LaTeX", async () => {
    const csv = await readFile(join(folder, "report/tables/by-sex.csv"), "utf8");
    expect(csv.split("\n")[0]).toContain("Group,Pictures,MAD,MAD lower,MAD upper,");
    const tex = await readFile(join(folder, "report/tables/by-column-1.tex"), "utf8");
    expect(tex).toContain("<b>\\&Bonn".replace("<", "$<$"));
    expect(tex).toContain("\\toprule");
  });

  test("has every item of CLAIM 2024 once, in order, each filled or to be filled", async () => {
    const csv = await readFile(join(folder, "report/tables/checklist.csv"), "utf8");
    const rows = csv.trim().split("\n").slice(1);
    // Cells before the state have commas only in quotes.
    const cells = rows.map((row) =>
      row.match(/("[^"]*"|[^,]*)(,|$)/g)!.map((cell) => cell.replace(/,$/, "")),
    );
    const numbers = cells.map(([, claim]) => claim!).filter((claim) => claim !== "");
    expect(numbers).toEqual(Array.from({ length: 44 }, (_, i) => String(i + 1)));
    const states = new Map(cells.map(([topic, , , state]) => [topic, state]));
    expect(states.get("Variability of the readers")).toBe("here");
    expect(states.get("Demographics of each partition")).toBe("by hand");
    expect(states.get("Funding and commercial interests")).toBe("by hand");
    const page = await readFile(join(folder, "report/report.html"), "utf8");
    const titles = [...page.matchAll(/<h2[^>]*>([^<]+)/g)].map(([, title]) => title);
    for (const { section } of checklistItems(EVERYTHING))
      if (section !== null && !["Comparison", "Robustness"].includes(section))
        expect(titles).toContain(section);
  });

  test("has all numbers as JSON", async () => {
    const metrics = JSON.parse(await readFile(join(folder, "report/metrics.json"), "utf8"));
    expect(metrics.ages.mad.interval.lower).toBeLessThan(metrics.ages.mad.value);
    expect(metrics.provenance.inputs[0].sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is the same bytes from the same files, and is not replaced by mistake", async () => {
    await report(join(folder, "again"));
    for (const path of written) {
      const again = path.replace(join(folder, "report"), join(folder, "again"));
      expect((await readFile(again)).equals(await readFile(path)), path).toBe(true);
    }
    await expect(report(join(folder, "again"))).rejects.toMatchObject({ code: "ERR_DEEPLASIA_OUTPUT" });
  });
});
