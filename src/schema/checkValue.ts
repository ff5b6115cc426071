/**
 * Checks values against schemas and words the errors. The expectation is worded from the schema of the whole option, not by
 * the schema library, whose messages are about its own types.
 */
import { inspect } from "node:util";
import { z } from "zod";
import { DeeplasiaError, type ErrorCode } from "../errors.js";
import { nearestHint } from "../nearest.js";
import { expectation } from "./expectation.js";
import { schemaMeta, unwrap } from "./unwrap.js";

/** One thing that is wrong with a value. */
export type Fault = { kind: "unknown"; key: string; nearest: string } | ValueFault;

/** A wrong value. */
export interface ValueFault {
  kind: "value";
  /** Path of the wrong option; empty if the value itself is wrong. */
  path: PropertyKey[];
  /** The whole value of that option. */
  given: unknown;
  /** `must be a whole number from 1 to 4096` */
  text: string;
  /** Description of the option; empty if it has none. */
  meaning: string;
}

/** The parsed value, or everything that is wrong with it. */
export type Checked<T> = { data: T; faults: null } | { data: null; faults: [Fault, ...Fault[]] };

/** Parses a value with a schema. Returns the result or all faults. */
export function checkValue<S extends z.ZodType>(schema: S, value: unknown): Checked<z.infer<S>> {
  // A schema's own message, such as "must be DD:HH:MM:SS", takes precedence over the empty one.
  const result = schema.safeParse(value, { error: () => "" });
  if (result.success) return { data: result.data, faults: null };
  const faults = result.error.issues.flatMap((issue) => faultsOf(schema, value, issue));
  return { data: null, faults: faults as [Fault, ...Fault[]] };
}

function faultsOf(schema: z.ZodType, value: unknown, issue: z.core.$ZodIssue): Fault[] {
  const isObject = schema instanceof z.ZodObject;
  if (isObject && issue.code === "unrecognized_keys" && issue.path.length === 0) {
    const names = Object.keys(schema.shape);
    return issue.keys.map((key) => ({ kind: "unknown", key, nearest: nearestHint(key, names) }));
  }
  const [key] = issue.path;
  const isInside = isObject && key !== undefined;
  const option = isInside ? (schema.shape as Record<PropertyKey, z.ZodType>)[key]! : schema;
  const given = isInside ? (value as Record<PropertyKey, unknown>)[key] : value;
  const path = isInside ? [key] : [];
  const text = issue.message === "" ? mustBe(option, given) : issue.message;
  return [{ kind: "value", path, given, text, meaning: String(schemaMeta(option).description ?? "") }];
}

function mustBe(schema: z.ZodType, given: unknown): string {
  if (given === undefined) return `is missing: it must be ${expectation(schema)}`;
  const { inner } = unwrap(schema);
  const isChoice = inner instanceof z.ZodEnum && typeof given === "string";
  const hint = isChoice
    ? nearestHint(given, inner.options.map(String))
    : isUnquoted(inner, given)
      ? ` (as text: "${given}")`
      : decimalComma(inner, given);
  return `must be ${expectation(schema)}${hint}`;
}

/** Returns whether the value is a number where the choices are texts: `precision: 32` instead of "32". */
function isUnquoted(schema: z.ZodType, given: unknown): given is number {
  return schema instanceof z.ZodEnum && typeof given === "number" && schema.options.includes(String(given));
}

function decimalComma(schema: z.ZodType, given: unknown): string {
  const isDecimal = schema instanceof z.ZodNumber && !schema.isInt && /^-?\d+,\d+$/.test(String(given));
  return isDecimal ? ` (decimals take a point: ${String(given).replace(",", ".")})` : "";
}

/** Formats a value for a message: short, on one line. An object of a class is shown by the name of its class. */
export function shown(value: unknown): string {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    if (value instanceof URL) return value.href;
    const kind = value.constructor?.name ?? "Object";
    if (kind !== "Object") return `of type ${kind}`;
  }
  if (typeof value === "string" && value.length <= 200) return JSON.stringify(value);
  const text = inspect(value, { depth: 1, maxArrayLength: 8, maxStringLength: 200, breakLength: Infinity });
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}

/** Returns the description of an option as the remedy for a wrong value. */
export const meaningRemedy = (meaning: string) => (meaning === "" ? undefined : `Meaning: ${meaning}.`);

/** Returns a fault as a sentence; `noun` is the word for an unknown key. */
export function faultText(fault: Fault, noun: string): string {
  if (fault.kind === "unknown") return `unknown ${noun} '${fault.key}'${fault.nearest}`;
  const name = fault.path.map(String).join(".") || `the ${noun}s`;
  return `${name} ${fault.given === undefined ? "" : `${shown(fault.given)} `}${fault.text}`;
}

/**
 * Checks the options of a function and returns them with all defaults. Undefined counts as no options.
 *
 * Throws `code` (by default ERR_DEEPLASIA_OPTION), which names the first wrong or unknown option and what it must be.
 */
export function requireOptions<S extends z.ZodObject>(
  schema: S,
  value: unknown = {},
  code: ErrorCode = "ERR_DEEPLASIA_OPTION",
): z.infer<S> {
  // A Map, a Date or a promise has no options and would pass as an object without any.
  const isObject = Object.prototype.toString.call(value) === "[object Object]";
  const { data, faults } = checkValue(schema, isObject ? value : null);
  if (faults === null) return data;
  // An unknown name is reported first, because it explains why a required one is missing.
  const first = faults.find(({ kind }) => kind === "unknown") ?? faults[0];
  const names = `The options are ${Object.keys(schema.shape).join(", ")}.`;
  if (!isObject) throw invalid(code, faultText({ ...(first as ValueFault), given: value }, "option"), names);
  if (first.kind === "unknown") throw invalid(code, faultText(first, "option"), names);
  throw invalid(code, faultText(first, "option"), meaningRemedy(first.meaning) ?? OTHER_VALUE);
}

const OTHER_VALUE = "Leave it out, or give such a value.";

/** Checks one argument of a function; `name` is its name for the caller. Throws ERR_DEEPLASIA_OPTION. */
export function requireArgument<S extends z.ZodType>(name: string, schema: S, value: unknown): z.infer<S> {
  const { data, faults } = checkValue(schema, value);
  if (faults === null) return data;
  const fault = faults[0] as ValueFault;
  const remedy = meaningRemedy(fault.meaning) ?? OTHER_VALUE;
  throw invalid("ERR_DEEPLASIA_OPTION", faultText({ ...fault, path: [name] }, "argument"), remedy);
}

function invalid(code: ErrorCode, message: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError(code, message, { remedy });
}
