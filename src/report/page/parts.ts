/** The parts that pages of reports are made of: sections, tables, figures, facts. */

import { FIGURE_STYLE, type Figure, inlineFigure } from "../figures/figure.js";
import { element, escaped } from "../markup.js";
import { type Column, cellText, type ReportTable } from "../table.js";
import { PAGE_STYLE } from "./style.js";

export interface Section {
  id: string;
  title: string;
  body: string;
}

/** A section; null where no part of it has anything to show. */
export function section(id: string, title: string, ...parts: readonly (string | null)[]): Section | null {
  const body = parts.filter((part) => part !== null && part !== "");
  return body.length === 0 ? null : { id, title, body: body.join("\n") };
}

export const paragraph = (text: string, className?: string): string =>
  element("p", { class: className }, escaped(text));

const isNumeric = ({ kind }: Column) => kind !== "text";

export function tableHtml({ name, caption, columns, rows, note }: ReportTable): string {
  const head = columns.map((column) =>
    element("th", { scope: "col", class: isNumeric(column) ? "n" : undefined }, escaped(column.title)),
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, i) => {
      const column = columns[i]!;
      const content = escaped(cellText(cell, column));
      if (i === 0) return element("th", { scope: "row" }, content);
      return element("td", { class: isNumeric(column) ? "n" : undefined }, content);
    });
    return element("tr", {}, ...cells);
  });
  const table = element(
    "table",
    {},
    element("caption", { id: `table-${name}` }, escaped(caption)),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body, ""),
  );
  // A region that scrolls must be reachable with the keyboard.
  const scroll = element(
    "div",
    { class: "scroll", role: "region", tabindex: 0, "aria-labelledby": `table-${name}` },
    table,
  );
  return note === undefined ? scroll : scroll + paragraph(note, "note");
}

/** On narrow screens a figure keeps a size at which it can be read, and scrolls. */
export function figureHtml(figure: Figure, options: { caption?: false } = {}): string {
  const { name, width, description } = figure;
  const region = { class: "scroll", role: "region", tabindex: 0, "aria-labelledby": `${name}-title` };
  const style = `--width:${width}px`;
  return element(
    "figure",
    {},
    element("div", region, element("div", { class: "drawing", style }, inlineFigure(figure))),
    ...(options.caption === false ? [] : [element("figcaption", {}, escaped(description))]),
  );
}

export function facts(entries: readonly (readonly [string, string])[]): string {
  const pairs = entries.map(
    ([name, value]) => element("dt", {}, escaped(name)) + element("dd", {}, escaped(value)),
  );
  return element("dl", { class: "facts" }, ...pairs, "");
}

export interface Tile {
  name: string;
  value: string;
  detail: string;
}

export interface Page {
  title: string;
  lead: string;
  tiles: readonly Tile[];
  sections: readonly (Section | null)[];
  footer: string;
}

/** A whole page, in one file that needs nothing else. */
export function pageHtml({ title, lead, tiles, sections, footer }: Page): string {
  const shown = sections.filter((one) => one !== null);
  const links = shown.map(({ id, title }) =>
    element("li", {}, element("a", { href: `#${id}` }, escaped(title))),
  );
  const key = tiles.map(({ name, value, detail }) =>
    element(
      "div",
      {},
      element("dt", {}, escaped(name)),
      element("dd", {}, escaped(value), element("small", {}, escaped(detail))),
    ),
  );
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="generator" content="deeplasia-native">',
    `<title>${escaped(title)}</title>`,
    `<style>${PAGE_STYLE}${FIGURE_STYLE}</style></head><body>`,
    `<header><h1>${escaped(title)}</h1>${paragraph(lead, "lead")}`,
    element("dl", { class: "tiles" }, ...key, ""),
    element("nav", { "aria-label": "Sections" }, element("ul", {}, ...links, "")),
    "</header><main>",
    ...shown.map(
      ({ id, title, body }) => `<section id="${id}"><h2>${escaped(title)}</h2>\n${body}</section>`,
    ),
    `</main><footer>${paragraph(footer)}</footer></body></html>`,
    "",
  ].join("\n");
}
