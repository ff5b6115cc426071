/** Converts zod schemas to commander options and back. Types, defaults, choices and texts come from the schema alone. */
import { type Command, Option } from "commander";
import { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import { checkValue, meaningRemedy, type ValueFault } from "../schema/checkValue.js";
import { unwrap } from "../schema/unwrap.js";
import { metaOf } from "./meta.js";
import { typed, writtenFlag } from "./written.js";

type Shape = Record<string, z.ZodType>;

/** `annotationCsv` -> `annotation_csv` or `annotation-csv`. */
function separated(key: string, separator: "_" | "-"): string {
  return key.replaceAll(/[A-Z]/g, (letter) => separator + letter.toLowerCase());
}

/** Returns the name of an option's flag, without dashes. */
export function flagName(key: string, schema: z.ZodType): string {
  const { flag, reference } = metaOf(schema);
  return flag ?? separated(key, reference ? "_" : "-");
}

function defaultText(value: unknown): string {
  const none = value === undefined || value === null || value === false || value === "";
  return none || (Array.isArray(value) && value.length === 0) ? "" : ` (default: ${String(value)})`;
}

/** Longer lists of choices follow the description, because they would leave no room for the texts of `--help`. */
const LONGEST_CHOICES = 50;
const choicesOf = (schema: z.ZodEnum) => `<${schema.options.join("|")}>`;

/** Returns the commander option of a schema; `argument` replaces the usual placeholder of its value. */
export function commanderOption(
  flag: string,
  schema: z.ZodType,
  group: string,
  argument = argumentOf(schema),
): Option {
  const { short, description } = metaOf(schema);
  const { inner, defaultValue } = unwrap(schema);
  const flags = `${short === undefined ? "" : `-${short}, `}--${flag} ${argument}`.trim();
  const isLong = inner instanceof z.ZodEnum && choicesOf(inner).length > LONGEST_CHOICES;
  const choices = isLong ? `: ${inner.options.join(", ")}` : "";
  const option = new Option(flags, description + choices + defaultText(defaultValue)).helpGroup(group);
  schemas.set(option, schema);
  return option;
}

const schemas = new WeakMap<Option, z.ZodType>();

/** Returns the schema of an option; undefined for commander's own, such as `--help`. */
export const schemaOf = (option: Option): z.ZodType | undefined => schemas.get(option);

/** Returns the choices of an option; undefined if it has no list of choices. */
export function valuesOf(option: Option): string[] | undefined {
  const schema = schemaOf(option);
  const inner = schema === undefined ? undefined : unwrap(schema).inner;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
}

/**
 * A boolean with a default is a switch; one without takes `true` or `false`. Never an optional value: it would swallow
 * the file name that follows.
 */
function argumentOf(schema: z.ZodType): string {
  const { inner, defaultValue } = unwrap(schema);
  if (inner instanceof z.ZodBoolean) return defaultValue === undefined ? "<true|false>" : "";
  const choices = inner instanceof z.ZodEnum ? choicesOf(inner) : "";
  if (choices !== "" && choices.length <= LONGEST_CHOICES) return choices;
  const argument = metaOf(schema).argument ?? "<value>";
  const several = inner instanceof z.ZodArray || inner instanceof z.ZodTuple;
  return several && !argument.includes("...") ? argument.replace(">", "...>") : argument;
}

/** Commander's key of an option: it camel-cases at dashes only. */
function commanderKey(key: string, schema: z.ZodType): string {
  return new Option(`--${flagName(key, schema)} <x>`).attributeName();
}

export function addOptions(command: Command, shape: Shape, group: string): void {
  for (const [key, schema] of Object.entries(shape)) {
    const isNeeded = !schema.safeParse(undefined).success;
    command.addOption(commanderOption(flagName(key, schema), schema, group).makeOptionMandatory(isNeeded));
  }
}

/** Converts what commander parsed to typed values. Throws ERR_DEEPLASIA_OPTION that names the flag and its values. */
export function readOptions<S extends z.ZodObject>(schema: S, parsed: Record<string, unknown>): z.infer<S> {
  const shape = schema.shape as Shape;
  const raw: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(shape)) {
    const value = parsed[commanderKey(key, option)];
    if (value !== undefined) raw[key] = typed(option, writtenFlag(option, value));
  }
  const { data, faults } = checkValue(schema, raw);
  if (faults === null) return data;
  // Only keys of the schema were read, and each fault is of one of them.
  const fault = faults[0] as ValueFault;
  const key = String(fault.path[0]);
  throw optionError(`--${flagName(key, shape[key]!)}`, parsed[commanderKey(key, shape[key]!)], fault);
}

/** Throws ERR_DEEPLASIA_OPTION, as `readOptions` does, for what commander parsed of one option. */
export function requireOption(option: Option, given: unknown): void {
  const schema = schemaOf(option);
  if (schema === undefined) return;
  const { faults } = checkValue(schema, typed(schema, writtenFlag(schema, given)));
  if (faults !== null) throw optionError(option.long!, given, faults[0] as ValueFault);
}

function optionError(flag: string, given: unknown, { text, meaning }: ValueFault): DeeplasiaError {
  const written = given === "" ? '""' : Array.isArray(given) ? given.join(" ") : given;
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${flag} ${written}: ${text}`, {
    remedy: meaningRemedy(meaning),
  });
}
