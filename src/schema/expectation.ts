/** Describes the values that a schema accepts: `a whole number from 1 to 4096`, `F or M`, `a list, each item a number`. */
import { z } from "zod";

/** Returns the description; it follows the words "must be". */
export function expectation(schema: z.ZodType): string {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return expectation(innerOf(schema));
  if (schema instanceof z.ZodNullable) return `${expectation(innerOf(schema))}, or null`;
  if (schema instanceof z.ZodPipe) return expectation(schema.in as z.ZodType);
  if (schema instanceof z.ZodNumber) return numberText(schema);
  if (schema instanceof z.ZodString) return isNeverEmpty(schema) ? "text that is not empty" : "text";
  if (schema instanceof z.ZodBoolean) return "true or false";
  if (schema instanceof z.ZodEnum) return choiceText(schema.options.map(String));
  if (schema instanceof z.ZodLiteral) return choiceText([...schema.values].map(String));
  if (schema instanceof z.ZodUnion)
    return alternatives((schema.options as z.ZodType[]).map((option) => expectation(option)));
  if (schema instanceof z.ZodTuple) return tupleText(schema.def.items as z.ZodType[]);
  if (schema instanceof z.ZodArray) return listText(schema);
  if (schema instanceof z.ZodRecord) return `a map, each value ${expectation(schema.valueType as z.ZodType)}`;
  if (schema instanceof z.ZodObject) return "an object of named values";
  return "something else";
}

const innerOf = (schema: z.ZodOptional | z.ZodDefault | z.ZodNullable) => schema.unwrap() as z.ZodType;

function alternatives(texts: readonly string[]): string {
  const [last = "", ...others] = texts.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} or ${last}`;
}

function choiceText(choices: readonly string[]): string {
  return choices.length > 2 ? `one of ${alternatives(choices)}` : alternatives(choices);
}

interface Limit {
  value: number;
  isInclusive: boolean;
}

/** Returns the limits of a number. The range of integers that a double can hold does not count as a limit. */
function limitsOf(schema: z.ZodNumber): { least: Limit | null; most: Limit | null } {
  let least: Limit | null = null;
  let most: Limit | null = null;
  for (const { _zod } of schema.def.checks ?? []) {
    const { check, value, inclusive } = _zod.def as { check: string; value: number; inclusive: boolean };
    const limit = { value, isInclusive: inclusive };
    if (Math.abs(value) >= Number.MAX_SAFE_INTEGER) continue;
    if (check === "greater_than") least = limit;
    if (check === "less_than") most = limit;
  }
  return { least, most };
}

function numberText(schema: z.ZodNumber): string {
  const noun = schema.isInt ? "a whole number" : "a number";
  const { least, most } = limitsOf(schema);
  if (least?.isInclusive && most?.isInclusive) return `${noun} from ${least.value} to ${most.value}`;
  const below =
    least === null ? "" : least.isInclusive ? ` of at least ${least.value}` : ` above ${least.value}`;
  const above = most === null ? "" : most.isInclusive ? ` of at most ${most.value}` : ` below ${most.value}`;
  return noun + below + (below !== "" && above !== "" ? " and" : "") + above;
}

const isNeverEmpty = (schema: z.ZodString) => (schema.minLength ?? 0) > 0;

function tupleText(items: readonly z.ZodType[]): string {
  const texts = items.map(expectation);
  const runs: { text: string; count: number }[] = [];
  for (const text of texts) {
    const last = runs.at(-1);
    if (last?.text === text) last.count += 1;
    else runs.push({ text, count: 1 });
  }
  const parts = runs.map(({ text, count }) => (count === 1 ? text : `${count} times ${text}`));
  return `${texts.length} values: ${parts.join(", ")}`;
}

function listText(schema: z.ZodArray): string {
  const counts = { min_length: 0, max_length: Number.POSITIVE_INFINITY };
  for (const { _zod } of schema.def.checks ?? []) {
    const { check, minimum, maximum } = _zod.def as { check: string; minimum: number; maximum: number };
    if (check === "min_length") counts.min_length = minimum;
    if (check === "max_length") counts.max_length = maximum;
  }
  const { min_length: least, max_length: most } = counts;
  const length = most < Infinity ? ` of ${least} to ${most}` : least > 0 ? " that is not empty" : "";
  return `a list${length}, each item ${expectation(schema.element as z.ZodType)}`;
}
