/** From zod objects to commander options and back: types, defaults, choices and texts come from the schema alone. */
import { type Command, Option } from "commander";
import { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import type { OptionMeta } from "./schema.js";

type Shape = Record<string, z.ZodType>;

/** `annotationCsv` -> `annotation_csv` or `annotation-csv`. */
function separated(key: string, separator: "_" | "-"): string {
  return key.replaceAll(/[A-Z]/g, (letter) => separator + letter.toLowerCase());
}

/** What was said of a schema, also where `.partial()` wrapped it since. */
function metaOf(schema: z.ZodType): OptionMeta {
  const said = schema.meta() ?? unwrap(schema).inner.meta();
  return { description: "", ...said } as OptionMeta;
}

/** Name of the flag of an option, without dashes. */
export function flagName(key: string, schema: z.ZodType): string {
  const { flag, reference } = metaOf(schema);
  return flag ?? separated(key, reference ? "_" : "-");
}

/** The schema without `.optional()` and `.default()`, and its default. */
function unwrap(schema: z.ZodType): { inner: z.ZodType; defaultValue: unknown } {
  let inner = schema;
  let defaultValue: unknown;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) {
    if (inner instanceof z.ZodDefault) defaultValue = inner.def.defaultValue;
    inner = inner.unwrap() as z.ZodType;
  }
  return { inner, defaultValue };
}

function defaultText(value: unknown): string {
  if (value === undefined || value === false || value === "" || (Array.isArray(value) && value.length === 0))
    return "";
  return ` (default: ${String(value)})`;
}

/**
 * A boolean with a default is a switch; one without takes `true` or `false`. Never an optional value: it would swallow
 * the file name that follows.
 */
function commanderOption(key: string, schema: z.ZodType, group: string): Option {
  const meta = metaOf(schema);
  const { inner, defaultValue } = unwrap(schema);
  const short = meta.short === undefined ? "" : `-${meta.short}, `;
  const flags = `${short}--${flagName(key, schema)} ${argumentOf(meta, inner, defaultValue)}`.trim();
  return new Option(flags, meta.description + defaultText(defaultValue)).helpGroup(group);
}

function argumentOf(meta: OptionMeta, inner: z.ZodType, defaultValue: unknown): string {
  if (inner instanceof z.ZodBoolean) return defaultValue === undefined ? "<true|false>" : "";
  if (inner instanceof z.ZodEnum) return `<${inner.options.join("|")}>`;
  const argument = meta.argument ?? "<value>";
  const several = inner instanceof z.ZodArray || inner instanceof z.ZodTuple;
  return several && !argument.includes("...") ? argument.replace(">", "...>") : argument;
}

/** Commander's key of an option: it camel-cases at dashes only. */
function commanderKey(key: string, schema: z.ZodType): string {
  return new Option(`--${flagName(key, schema)} <x>`).attributeName();
}

export function addOptions(command: Command, shape: Shape, group: string): void {
  for (const [key, schema] of Object.entries(shape)) command.addOption(commanderOption(key, schema, group));
}

/** What commander parsed, as typed values. Throws ERR_DEEPLASIA_OPTION that names the flag and what it takes. */
export function readOptions<S extends z.ZodObject>(schema: S, parsed: Record<string, unknown>): z.infer<S> {
  const shape = schema.shape as Shape;
  const raw: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(shape)) {
    const value = parsed[commanderKey(key, option)];
    if (value !== undefined) raw[key] = fromText(unwrap(option).inner, value);
  }
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const key = String(issue.path[0]);
  const given = parsed[commanderKey(key, shape[key]!)];
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `--${flagName(key, shape[key]!)} ${Array.isArray(given) ? given.join(" ") : given}: ${issue.message}`,
    { remedy: `It takes: ${metaOf(shape[key]!).description}.` },
  );
}

/** Text of the command line to the type that the schema wants; what does not fit is left for the schema to refuse. */
function fromText(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodBoolean)
    return value === true || value === "true" ? true : value === "false" ? false : value;
  if (schema instanceof z.ZodArray)
    return texts(value).map((text) => fromText(schema.element as z.ZodType, text));
  if (schema instanceof z.ZodTuple) return texts(value).map(Number);
  if (schema instanceof z.ZodNumber) {
    const text = String(value).trim();
    return text === "" || Number.isNaN(Number(text)) ? value : Number(text);
  }
  return value;
}

/** A list may be given as `a b`, and as YAML writes it, `["a","b"]`, as the reference's training does. */
function texts(value: unknown): string[] {
  const list = (Array.isArray(value) ? value : [value]).map(String);
  if (list.length !== 1 || !/^\[.*\]$/.test(list[0]!)) return list;
  return list[0]!
    .slice(1, -1)
    .split(",")
    .map((item) => item.trim().replaceAll(/^["']|["']$/g, ""))
    .filter((item) => item !== "");
}

/**
 * The arguments with each long flag spelt as it was declared: `-` and `_` mean the same in a flag's name.
 * A flag that nothing knows is left as it is; commander refuses it.
 */
export function canonicalFlags(argv: readonly string[], command: Command): string[] {
  const plain = (flag: string) => flag.replaceAll("_", "-");
  const declared = new Map(command.options.map(({ long }) => [plain(long ?? ""), long ?? ""]));
  const end = argv.indexOf("--");
  return argv.map((argument, i) => {
    if (!argument.startsWith("--") || argument === "--" || (end !== -1 && i > end)) return argument;
    const [flag = ""] = argument.split("=", 1);
    const known = declared.get(`--${plain(flag.slice(2))}`);
    return known === undefined ? argument : known + argument.slice(flag.length);
  });
}
