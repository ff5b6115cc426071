/** The files of a report: page, metrics, tables, figures. */
import { join } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { type Figure, figureFile } from "./figures/figure.js";
import { figurePng } from "./figures/figurePng.js";
import { type ReportTable, tableCsv, tableLatex } from "./table.js";

export interface Report {
  html: string;
  metrics: object;
  tables: readonly ReportTable[];
  /** A line for each picture, as a CSV beside the page; null for none. */
  pictures: ReportTable | null;
  figures: readonly Figure[];
}

export const REPORT_PAGE = "report.html";

/** Throws `ERR_DEEPLASIA_OUTPUT` where a report is in the folder already, unless it may be replaced. */
export async function requireReportFolder(folder: string, overwrite: boolean): Promise<void> {
  const page = join(folder, REPORT_PAGE);
  if (overwrite || (await pathKind(page)) === null) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `${page} exists already`, {
    file: page,
    remedy: "Choose another folder, or add `overwrite: true` to replace the report.",
  });
}

/** Writes all files; the page is the last, so a report that is there is complete. Returns their paths. */
export async function writeReport(folder: string, report: Report, signal?: AbortSignal): Promise<string[]> {
  const files = await reportFiles(report);
  signal?.throwIfAborted();
  const written: string[] = [];
  for (const [name, data] of files) {
    await writeFileAtomic(join(folder, name), data);
    written.push(join(folder, name));
  }
  return written;
}

async function reportFiles({
  tables,
  pictures,
  figures,
  metrics,
  html,
}: Report): Promise<[string, string | Buffer][]> {
  const files: [string, string | Buffer][] = [];
  for (const table of tables) {
    files.push([`tables/${table.name}.csv`, tableCsv(table)]);
    files.push([`tables/${table.name}.tex`, tableLatex(table)]);
  }
  for (const figure of figures) {
    files.push([`figures/${figure.name}.svg`, figureFile(figure)]);
    files.push([`figures/${figure.name}.png`, await figurePng(figure)]);
  }
  if (pictures !== null) files.push([`${pictures.name}.csv`, tableCsv(pictures)]);
  files.push(["metrics.json", `${JSON.stringify(metrics, null, 1)}\n`]);
  files.push([REPORT_PAGE, html]);
  return files;
}
