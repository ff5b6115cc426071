/** Values as written on the command line or in YAML, and their conversion to the type of an option. */
import { isMap, isScalar, isSeq, Scalar } from "yaml";
import { z } from "zod";
import { unwrap } from "../schema/unwrap.js";
import { parseYaml } from "./yaml.js";

/** Text that is not converted yet, in lists and maps as written; null for `null`. */
export type Written = string | null | Written[] | { [key: string]: Written };

/** Nothing, as YAML, JSON and Python write it. */
const NULL = /^(null|Null|NULL|None|~)$/;
/** Python's null, which means the text None only in quotes. */
export const isPythonsNull = (text: unknown) => text === "None";

/**
 * A node of a parsed YAML document as it was written: `007` and `1.0` keep their zeros, and `1e-3` is the same whether
 * the parser takes it for a number or for text. The document must hold no aliases.
 */
export function writtenNode(node: unknown): Written {
  if (isSeq(node)) return node.items.map(writtenNode);
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => [String(writtenNode(key)), writtenNode(value)]);
    return Object.fromEntries(entries);
  }
  if (!isScalar(node) || node.value === null) return null;
  if (node.type === Scalar.PLAIN && isPythonsNull(node.value)) return null;
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}

/**
 * A flag's value: true for a flag without one, a text, or several where the flag may be repeated. Lists and maps may be
 * given as YAML writes them, `["a","b"]`, as the reference's training does; numbers also as `300,500`, as lists are
 * shown in the help.
 */
export function writtenFlag(schema: z.ZodType, value: unknown): Written {
  const { inner, nullable } = unwrap(schema);
  const isList = inner instanceof z.ZodArray || inner instanceof z.ZodTuple;
  const isStructured = isList || inner instanceof z.ZodRecord || inner instanceof z.ZodUnion;
  const texts = (Array.isArray(value) ? value : [value]).map(String);
  const [only = ""] = texts;
  if (texts.length === 1) {
    if (nullable && NULL.test(only)) return null;
    if (isStructured && /^\s*(\[.*\]|\{.*\})\s*$/s.test(only)) {
      try {
        return writtenNode(parseYaml(only).contents);
      } catch {} // a text in brackets
    }
  }
  if (!isList) return only;
  return itemSchema(inner, 0) instanceof z.ZodNumber ? texts.flatMap((text) => text.split(",")) : texts;
}

// `yes`, `on` and 1 too: they are booleans in the YAML that Python reads, and on other command lines.
const TRUE = /^(true|yes|on|1)$/i;
const FALSE = /^(false|no|off|0)$/i;

/**
 * Converts a written value to the type of a schema. Returns a value that does not fit unchanged, for the schema to refuse.
 */
export function typed(schema: z.ZodType, written: Written): unknown {
  const { inner, nullable } = unwrap(schema);
  if (written === null) return nullable ? null : written;
  if (inner instanceof z.ZodUnion) {
    const values = (inner.options as z.ZodType[]).map((option) => ({
      option,
      value: typed(option, written),
    }));
    return (values.find(({ option, value }) => option.safeParse(value).success) ?? { value: written }).value;
  }
  if (Array.isArray(written)) return written.map((item, i) => typed(itemSchema(inner, i), item));
  if (typeof written === "object") {
    const value = inner instanceof z.ZodRecord ? (inner.valueType as z.ZodType) : z.unknown();
    return Object.fromEntries(Object.entries(written).map(([key, item]) => [key, typed(value, item)]));
  }
  if (inner instanceof z.ZodNumber) return numberOr(written);
  if (inner instanceof z.ZodBoolean) return TRUE.test(written) ? true : FALSE.test(written) ? false : written;
  if (inner instanceof z.ZodLiteral)
    return (
      [...inner.values].find(
        (value) => String(value) === (typeof value === "boolean" ? written.toLowerCase() : written),
      ) ?? written
    );
  return written;
}

/** Returns the schema of a list's item; `unknown` for other schemas, which then refuse the list as a whole. */
function itemSchema(list: z.ZodType, index: number): z.ZodType {
  if (list instanceof z.ZodPipe) return itemSchema(list.in as z.ZodType, index);
  if (list instanceof z.ZodArray) return list.element as z.ZodType;
  if (list instanceof z.ZodTuple) return (list.def.items[index] as z.ZodType | undefined) ?? z.unknown();
  return z.unknown();
}

/** Numbers as YAML and Python write them: `1e-3`, `.5`, `1_000`, `0x10`. Infinities and NaN stay texts: no option takes one. */
const NUMBER = /^[-+]?((\d+(_\d+)*)?\.?\d+(_\d+)*|\d+(_\d+)*\.)(e[-+]?\d+)?$|^0x[\da-f]+$/i;

function numberOr(text: string): number | string {
  const plain = text.trim();
  return plain.length < 100 && NUMBER.test(plain) ? Number(plain.replaceAll("_", "")) : text;
}
