/** The cohort of a training run, from its `config.yaml`: where its CSVs are as they were when it was trained. */
import { readFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { pathKind } from "../files/pathKind.js";
import { parseYaml } from "../options/yaml.js";
import { digestOfTable } from "../packFile/digestOfTable.js";
import { processesIn } from "./recordProcess.js";
import type { RunFolder } from "./runFolder.js";

export interface CohortOfRun {
  annotationCsv: string;
  splitCsv: string;
  splitColumn: string;
}

/** Returns its CSVs, or why they cannot be used. */
export async function cohortOfRun(folder: RunFolder): Promise<CohortOfRun | string> {
  if ((await pathKind(folder.config)) !== "file") return "it has no config.yaml";
  const config: unknown = parseYaml(await readFile(folder.config, "utf8")).toJS();
  const data = memberOf(config, "data");
  const recorded = (await processesIn(folder.provenance)).at(-1);
  const [annotationCsv, splitCsv] = await Promise.all(
    Object.entries({ annotations: "annotation_path", split: "split_path" }).map(([what, setting]) =>
      unchanged(memberOf(data, setting), memberOf(memberOf(recorded, "files"), what), recorded),
    ),
  );
  const splitColumn = memberOf(data, "split_column");
  for (const found of [annotationCsv!, splitCsv!]) if ("fault" in found) return found.fault;
  if (typeof splitColumn !== "string") return "its config.yaml has no data.split_column";
  return { annotationCsv: pathOf(annotationCsv!), splitCsv: pathOf(splitCsv!), splitColumn };
}

type Found = { path: string } | { fault: string };
const pathOf = (found: Found) => ("path" in found ? found.path : "");

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** The file of a setting, below the folder that the run was started in or this one. */
async function unchanged(setting: unknown, recorded: unknown, run: unknown): Promise<Found> {
  if (typeof setting !== "string") return { fault: "its config.yaml names no cohort" };
  const folder = memberOf(run, "folder");
  const places = [
    ...(typeof folder === "string" && !isAbsolute(setting) ? [join(folder, setting)] : []),
    resolve(setting),
  ];
  const digest = memberOf(recorded, "sha256");
  let fault = `${setting} is missing`;
  for (const path of places) {
    if ((await pathKind(path)) !== "file") continue;
    if (digest === undefined || digest === (await digestOfTable(path))) return { path };
    fault = `${path} was changed after the training`;
  }
  return { fault };
}
