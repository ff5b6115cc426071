import { readFile } from "node:fs/promises";
import { normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isMap, isScalar, LineCounter, type Node, type Scalar } from "yaml";
import { DeeplasiaError, isSystemError } from "../../errors.js";
import { FILE_HEAD_BYTES, fileKind } from "../../files/fileKind.js";
import { pathKind } from "../../files/pathKind.js";
import type { Given, Layer } from "../../options/layer.js";
import { writtenNode } from "../../options/written.js";
import { decodeText, parseYaml, type YamlFault } from "../../options/yaml.js";
import { isSection, settingPath, unknownSetting } from "./settingPath.js";

const PACKAGE = fileURLToPath(new URL("../../..", import.meta.url));
const PRESETS = "defaults, cosine_annealing, sex_input, explicit, implicit, sex_only, old_aug";

/**
 * Reads a config file, YAML or JSON: its settings by path, each with its line. If the file holds only the settings of one
 * section, `section` is its name.
 *
 * Throws ERR_DEEPLASIA_OPTION that names file, line and key, for text that is not YAML and for an unknown setting.
 */
export async function readConfigFile(name: string, section = ""): Promise<Layer> {
  const file = await locate(name);
  const text = await readText(file);
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) lines.addNewLine(end + 1);
  const at = (position: number) => `${name}:${Math.max(1, lines.linePos(position).line)}`;
  const document = parsed(text, (message, position) => configError(file, `${at(position)}: ${message}`));
  if (document.contents === null) throw configError(file, `${name} is empty: there is no setting in it`);
  if (!isMap(document.contents)) throw noMapping(name, file, text);
  const layer: Layer = new Map();
  const collect = (node: unknown, path: string) => {
    const position = (node as Node | null)?.range?.[0] ?? 0;
    if (isScalar(node) && node.value === null) return;
    if (!isMap(node)) throw configError(file, `${at(position)}: ${path} must be a mapping, key: value`);
    for (const { key, value } of node.items) {
      const child = path === "" ? nameOf(key) : `${path}.${nameOf(key)}`;
      const origin = at((key as Node).range?.[0] ?? 0);
      if (isSection(child, isScalar(value))) collect(value, child);
      else add(layer, requireSetting(child, origin, file), { written: writtenNode(value), origin, file });
    }
  };
  collect(document.contents, section);
  return layer;
}

const nameOf = (key: unknown) => String((key as Scalar).value);

function parsed(text: string, refusal: (message: string, position: number) => DeeplasiaError) {
  try {
    return parseYaml(text);
  } catch (error) {
    if (error instanceof Error) throw error;
    const { message, position } = error as YamlFault;
    throw refusal(message, position);
  }
}

/** A setting may be in its section or have its whole name, but not both. */
function add(layer: Layer, path: string, given: Given): void {
  const before = layer.get(path);
  if (before !== undefined)
    throw configError(given.file!, `${given.origin}: ${path} is there twice, first at ${before.origin}`);
  layer.set(path, given);
}

function noMapping(name: string, file: string, text: string): DeeplasiaError {
  const kind = fileKind(Buffer.from(text.slice(0, FILE_HEAD_BYTES)));
  const [first = ""] = text.trimStart().split("\n");
  // The beginning of plain text is the best hint at what it is.
  const isPlain = kind === null || kind.name === "a text";
  const what = isPlain ? `it begins with ${JSON.stringify(first.slice(0, 60))}` : `it is ${kind.name}`;
  return configError(file, `${name}:1: the file must be a mapping of settings, key: value; ${what}`);
}

function requireSetting(path: string, origin: string, file: string): string {
  const setting = settingPath(path);
  if (setting === null) throw configError(file, `${origin}: ${unknownSetting(path)}`);
  return setting;
}

/**
 * The path of a config file: as given, or the package's own where `configs/…` is given and there is no such file. So the
 * reference's `--config=configs/cosine_annealing.yml` works in any folder.
 */
async function locate(name: string): Promise<string> {
  if ((await pathKind(name)) !== null || !/^configs[\\/]/.test(normalize(name))) return name;
  const own = resolve(PACKAGE, normalize(name));
  return (await pathKind(own)) === null ? name : own;
}

async function readText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const what = whyUnreadable(error);
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`config\` ${file}: ${what}`, {
      file,
      remedy: `Check the path. The package brings configs/<name>.yml: ${PRESETS}.`,
      cause: error,
    });
  }
  const text = decodeText(bytes);
  if (text !== null) return text;
  const kind = fileKind(bytes.subarray(0, FILE_HEAD_BYTES))?.name ?? "no UTF-8 text";
  throw configError(file, `\`config\` ${file}: this is ${kind}, not YAML`);
}

function whyUnreadable(error: unknown): string {
  if (isSystemError(error, "ENOENT", "ENOTDIR")) return "no such file";
  if (isSystemError(error, "EISDIR")) return "this is a folder";
  return isSystemError(error, "EACCES") ? "it may not be read" : (error as Error).message;
}

function configError(file: string, message: string): DeeplasiaError {
  const remedy =
    "`deeplasia-native train --print_config` shows every setting, docs/options.md explains them.";
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", message, { file, remedy });
}
