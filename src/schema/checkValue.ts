/**
 * The one place where values meet schemas, and where a verdict becomes words. What a value must be is told from the schema
 * of the whole option, never by the schema library, whose sentences are about its own types.
 */
import { inspect } from "node:util";
import { z } from "zod";
import { DeeplasiaError, type ErrorCode } from "../errors.js";
import { nearestHint } from "../nearest.js";
import { expectation } from "./expectation.js";
import { schemaMeta, unwrap } from "./unwrap.js";

/** One thing that is wrong with a value. */
export type Fault = { kind: "unknown"; key: string; nearest: string } | ValueFault;

export interface ValueFault {
  kind: "value";
  /** Of the option that is wrong; empty where the value itself is. */
  path: PropertyKey[];
  /** The whole value of that option. */
  given: unknown;
  /** `must be a whole number from 1 to 4096` */
  text: string;
  /** What the option is for; empty where nothing is said of it. */
  meaning: string;
}

export type Checked<T> = { data: T; faults: null } | { data: null; faults: [Fault, ...Fault[]] };

/** What a schema makes of a value, or all that is wrong with it. */
export function checkValue<S extends z.ZodType>(schema: S, value: unknown): Checked<z.infer<S>> {
  // Texts that a schema brings of its own, such as "must be DD:HH:MM:SS", win over the empty one.
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

/** `precision: 32` of a script, where the choice is "32". */
function isUnquoted(schema: z.ZodType, given: unknown): given is number {
  return schema instanceof z.ZodEnum && typeof given === "number" && schema.options.includes(String(given));
}

function decimalComma(schema: z.ZodType, given: unknown): string {
  const isDecimal = schema instanceof z.ZodNumber && !schema.isInt && /^-?\d+,\d+$/.test(String(given));
  return isDecimal ? ` (decimals take a point: ${String(given).replace(",", ".")})` : "";
}

/** A value as a message shows it: short, on one line. Of an object that is none of named values or a list: its kind. */
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

/** What an option is for, as the remedy of a wrong value. */
export const meaningRemedy = (meaning: string) => (meaning === "" ? undefined : `Meaning: ${meaning}.`);

/** One fault in a sentence; `noun` is what an unknown key is called. */
export function faultText(fault: Fault, noun: string): string {
  if (fault.kind === "unknown") return `unknown ${noun} '${fault.key}'${fault.nearest}`;
  const name = fault.path.map(String).join(".") || `the ${noun}s`;
  return `${name} ${fault.given === undefined ? "" : `${shown(fault.given)} `}${fault.text}`;
}

/**
 * Options of a function, checked, with every default filled in. Undefined is an object without any.
 *
 * Throws `code` (ERR_DEEPLASIA_OPTION unless said) naming the first option that is wrong or unknown, and what it must be.
 */
export function requireOptions<S extends z.ZodObject>(
  schema: S,
  value: unknown = {},
  code: ErrorCode = "ERR_DEEPLASIA_OPTION",
): z.infer<S> {
  // A Map, a Date or a promise has no options, and would pass for an object without any.
  const isObject = Object.prototype.toString.call(value) === "[object Object]";
  const { data, faults } = checkValue(schema, isObject ? value : null);
  if (faults === null) return data;
  // A name that is not known says why one that is needed is missing.
  const first = faults.find(({ kind }) => kind === "unknown") ?? faults[0];
  const names = `The options are ${Object.keys(schema.shape).join(", ")}.`;
  if (!isObject) throw invalid(code, faultText({ ...(first as ValueFault), given: value }, "option"), names);
  if (first.kind === "unknown") throw invalid(code, faultText(first, "option"), names);
  throw invalid(code, faultText(first, "option"), meaningRemedy(first.meaning) ?? OTHER_VALUE);
}

const OTHER_VALUE = "Leave it out, or give such a value.";

/** One argument of a function, checked; `name` is what its caller knows it by. Throws ERR_DEEPLASIA_OPTION. */
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
