/** Links of the pages lead somewhere, in a clone and in the package; the front page stays short. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { PAGES, textOf } from "../helpers/pages.js";
import { projectRoot } from "../helpers/testData.js";

/** Every page that the package carries, generated ones and those of the root too. */
const ALL_PAGES = [
  ...new Set([
    ...PAGES,
    ...readdirSync(join(projectRoot, "docs"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
    "ARCHITECTURE.md",
    "BENCHMARKS.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
  ]),
];

const packed = new Set(
  (
    JSON.parse(
      execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
        cwd: projectRoot,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as [{ files: { path: string }[] }]
  )[0].files.map(({ path }) => path),
);

interface Link {
  target: string;
  file: string;
  anchor: string;
}

function linksOf(page: string): Link[] {
  const prose = textOf(page)
    .replaceAll(/^\s*```.*?^\s*```$/gms, "")
    .replaceAll(/`[^`]*`/g, "code");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets
    .filter((target) => !/^https?:/.test(target))
    .map((target) => {
      const [path = "", anchor = ""] = target.split("#");
      return { target, anchor, file: path === "" ? page : relative("", join(dirname(page), path)) };
    });
}

/** The anchors that GitHub and npm give to the headings of a page, and those that it has itself. */
function anchorsOf(page: string): string[] {
  const prose = textOf(page).replaceAll(/^\s*```.*?^\s*```$/gms, "");
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
  return [...headings, ...[...prose.matchAll(/<a id="([^"]+)"/g)].map(([, id]) => id!)];
}

test.each(ALL_PAGES)("%s: the package has it, and what it links to", (page) => {
  expect(packed).toContain(page);
  for (const { target, file, anchor } of linksOf(page)) {
    expect(existsSync(join(projectRoot, file)), `${page} links to ${target}`).toBe(true);
    const isFolder = [...packed].some((path) => path.startsWith(`${file}/`));
    expect(packed.has(file) || isFolder, `the package lacks ${target} of ${page}`).toBe(true);
    if (anchor !== "") expect(anchorsOf(file), `${page} links to ${target}`).toContain(anchor);
  }
});

test("every guide is reached from the front page", () => {
  const linked = linksOf("README.md").map(({ file }) => file);
  for (const page of PAGES.filter((page) => page !== "README.md")) expect(linked).toContain(page);
});

test("the front page is short", () => {
  expect(Buffer.byteLength(textOf("README.md"))).toBeLessThanOrEqual(7 * 1024);
});

test("package.json has what a registry's page shows, and nothing that is not known", () => {
  const { keywords, ...rest } = JSON.parse(textOf("package.json"));
  expect(rest).toMatchObject({
    name: expect.any(String),
    description: expect.stringContaining("not a medical device"),
    license: "MIT",
    author: "the deeplasia-native authors",
  });
  expect(keywords.length).toBeGreaterThan(5);
});

test("what is to be cited: the version that this is, and the paper, alike in both forms", () => {
  const { version, license } = JSON.parse(textOf("package.json"));
  const cited = parse(textOf("CITATION.cff"));
  expect(cited).toMatchObject({ "cff-version": "1.2.0", version, license });
  const [paper] = cited.references;
  const page = textOf("docs/citing.md").replaceAll('{\\"o}', "ö").replaceAll('{\\"a}', "ä");
  for (const fact of [
    paper.title,
    paper.journal,
    paper.doi,
    `{${paper.start}--${paper.end}}`,
    `{${version}}`,
  ])
    expect(page).toContain(fact);
  for (const { "family-names": name } of paper.authors) expect(page).toContain(`${name}, `);
});
