/** A figure of a report, and its text as an SVG of its own or inside a page. */
import { element, escaped } from "../markup.js";

export interface Figure {
  /** Name of its files. */
  name: string;
  title: string;
  /** What it shows, for those who cannot see it. */
  description: string;
  width: number;
  height: number;
  body: string;
}

interface Theme {
  ink: string;
  muted: string;
  line: string;
  surface: string;
  /** Colours that people of all kinds of colour vision tell apart (Okabe and Ito). */
  first: string;
  second: string;
  third: string;
}

const LIGHT: Theme = {
  ink: "#1c2733",
  muted: "#52606d",
  line: "#d9dfe5",
  surface: "#ffffff",
  first: "#0072b2",
  second: "#c75000",
  third: "#009e73",
};
const DARK: Theme = {
  ink: "#e8edf2",
  muted: "#a7b3bf",
  line: "#38434f",
  surface: "#161c23",
  first: "#56b4e9",
  second: "#f0a04b",
  third: "#3ecfa4",
};

/** The classes of figures; `scope` goes before each, such as `:root[data-dark] `. */
function rules({ ink, muted, line, surface, first, second, third }: Theme): string {
  const series = Object.entries({ first, second, third }).map(
    ([name, colour]) => `.points.${name},.stroke.${name}{stroke:${colour}}.fill.${name}{fill:${colour}}`,
  );
  return [
    `.figure text{fill:${ink}}.figure text.muted{fill:${muted}}`,
    `.figure .grid{stroke:${line}}.figure .axis{stroke:${muted}}.figure .stroke.ink{stroke:${ink}}.figure .fill.ink{fill:${ink}}`,
    `.figure .surface{fill:${surface}}.figure .box{fill:${surface};stroke:${muted}}.figure .fill.band{fill:${muted}}`,
    ...series.map((rule) => rule.replace(/(^|})\./g, "$1.figure .").replace(/,\./g, ",.figure .")),
  ].join("\n");
}

const SHAPES = `.figure{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:12px;font-variant-numeric:tabular-nums}
.figure .points{fill:none;stroke-linecap:round;stroke-opacity:.6}
.figure .grid,.figure .axis,.figure .stroke{fill:none;stroke-width:1}.figure .strong{stroke-width:2}
.figure .dashed{stroke-dasharray:5 4}.figure .hollow{fill-opacity:0}
.figure .band{fill-opacity:.12}.figure .bar{fill-opacity:.75}.figure .heading{font-weight:600}`;

/** The style of figures in a page that is light or dark as the reader's system is. */
export const FIGURE_STYLE = `${SHAPES}\n${rules(LIGHT)}\n@media screen and (prefers-color-scheme:dark){${rules(DARK)}}`;

/** The figure as an element of a page. */
export const inlineFigure = (figure: Figure): string => svg(figure, {}, "");

/** The figure as a file of its own, on white. */
export function figureFile(figure: Figure): string {
  const { width, height } = figure;
  const style = element("style", {}, `${SHAPES}\n${rules(LIGHT)}`);
  const ground = element("rect", { width, height, class: "surface" });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg(figure, { width, height }, style + ground)}\n`;
}

function svg(figure: Figure, size: { width?: number; height?: number }, before: string): string {
  const { name, title, description, width, height, body } = figure;
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    ...size,
    class: "figure",
    role: "img",
    "aria-labelledby": `${name}-title ${name}-text`,
  };
  return element(
    "svg",
    attributes,
    element("title", { id: `${name}-title` }, escaped(title)),
    element("desc", { id: `${name}-text` }, escaped(description)),
    before,
    body,
  );
}

export function text(
  content: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
): string {
  return element("text", attributes, escaped(content));
}
