/** A config file, YAML or JSON, as settings by path, each with the line where it stands. */
import { readFile } from "node:fs/promises";
import { normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isMap, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { pathKind } from "../files.js";
import { likelyNames } from "../nearest.js";
import type { Layer } from "../options/layer.js";
import { IGNORED_SETTINGS } from "../options/train/ignored.js";
import { CLASS_SECTIONS, SECTIONS, TRAIN_SETTINGS } from "../options/train/index.js";
import { writtenNode } from "../options/written.js";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const PRESETS = "defaults, cosine_annealing, sex_input, explicit, implicit, sex_only, old_aug";

/**
 * Read a config file. `section` is where its settings belong if it holds those of one section alone.
 *
 * Throws ERR_DEEPLASIA_OPTION naming file, line and key for what is not YAML or no setting.
 */
export async function readConfigFile(name: string, section = ""): Promise<Layer> {
  const file = await locate(name);
  const lineCounter = new LineCounter();
  const document = parseDocument(await readText(file), { lineCounter, prettyErrors: false });
  const at = (position: number) => `${name}:${lineCounter.linePos(position).line}`;
  const [error] = document.errors;
  if (error !== undefined) throw configError(file, `${at(error.pos[0])}: this is not YAML: ${error.message}`);
  visit(document, {
    Alias(_, node) {
      throw configError(
        file,
        `${at(node.range?.[0] ?? 0)}: aliases (*${node.source}) are not understood here`,
      );
    },
  });
  const layer: Layer = new Map();
  const collect = (node: unknown, path: string) => {
    const position = (node as Node | null)?.range?.[0] ?? 0;
    if (isScalar(node) && node.value === null) return;
    if (!isMap(node))
      throw configError(file, `${at(position)}: ${path || "the file"} must be a mapping, key: value`);
    for (const { key, value } of node.items) {
      const child = path === "" ? String(writtenNode(key)) : `${path}.${writtenNode(key)}`;
      const origin = at((key as Node).range?.[0] ?? 0);
      if (isSection(child) && !(child in CLASS_SECTIONS && isScalar(value))) collect(value, child);
      else layer.set(settingPath(child, origin, file), { written: writtenNode(value), origin, file });
    }
  };
  collect(document.contents, section);
  return layer;
}

/** Whether a path is a mapping of settings and not a setting; `trainer.logger`, say, may hold a mapping as its value. */
function isSection(path: string): boolean {
  return path in SECTIONS || path in CLASS_SECTIONS || path.replace(/\.init_args$/, "") in CLASS_SECTIONS;
}

/** The path of a setting that there is; a class may be given as the section's own value. */
function settingPath(path: string, origin: string, file: string): string {
  if (path in CLASS_SECTIONS) return `${path}.class_path`;
  if (path.replace(/\.class_path$/, "") in CLASS_SECTIONS) return path;
  if (TRAIN_SETTINGS.has(path) || IGNORED_SETTINGS.has(path)) return path;
  throw configError(file, `${origin}: unknown setting ${path}${likelyNames(path, KNOWN)}`);
}

const KNOWN = [...TRAIN_SETTINGS.keys(), ...Object.keys(SECTIONS), ...Object.keys(CLASS_SECTIONS)];

/**
 * Where a config file is: as given, or among the package's own where `configs/…` is given and there is no such file.
 * So the reference's `--config=configs/cosine_annealing.yml` works in any folder.
 */
async function locate(name: string): Promise<string> {
  if ((await pathKind(name)) !== null || !/^configs[\\/]/.test(normalize(name))) return name;
  const own = resolve(PACKAGE, normalize(name));
  return (await pathKind(own)) === null ? name : own;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const what = isSystemError(error, "ENOENT", "ENOTDIR") ? "no such file" : (error as Error).message;
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `--config ${file}: ${what}`, {
      file,
      remedy: `Check the path. The package brings configs/<name>.yml: ${PRESETS}.`,
      cause: error,
    });
  }
}

function configError(file: string, message: string): DeeplasiaError {
  const remedy = "`--print_config` shows every setting, docs/options.md explains them.";
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", message, { file, remedy });
}
