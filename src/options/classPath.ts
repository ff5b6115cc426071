/**
 * Settings that name a class and its arguments, as the reference's config files do: `class_path: torch.optim.Adam` with
 * `init_args`. A table of the classes that are known replaces the import that Python would make.
 */
import type { z } from "zod";
import { nearestHint } from "../nearest.js";
import { type Given, settingError } from "./layer.js";

/** Class path as it is printed -> the schema of its `init_args`. */
export type ClassTable = Readonly<Record<string, z.ZodObject>>;

/** One of a table's classes with its arguments. */
export type ClassSetting<T extends ClassTable> = {
  [P in keyof T & string]: { class_path: P; init_args: z.infer<T[P]> };
}[keyof T & string];

export const shortName = (classPath: string) => classPath.slice(classPath.lastIndexOf(".") + 1);

/**
 * Returns the class path in a table that a text means: the path itself, its last part alone, or the same class in another
 * module that exports it in PyTorch or Lightning. Undefined for other texts.
 */
function classNamed(table: ClassTable, text: string): string | undefined {
  const known = Object.keys(table).find((path) => shortName(path) === shortName(text));
  const modules = /^((torch\.optim|pytorch_lightning|lightning)\.([a-z_]+\.)*)?\w+$/;
  return known !== undefined && modules.test(text) ? known : undefined;
}

/** Returns the class path that a setting means. Throws ERR_DEEPLASIA_OPTION that names the known classes. */
export function requireClass(table: ClassTable, section: string, given: Given): string {
  const text = typeof given.written === "string" ? given.written : "";
  const found = classNamed(table, text);
  if (found !== undefined) return found;
  const names = Object.keys(table).map(shortName);
  const hint = nearestHint(shortName(text), names);
  throw settingError(section, given, `no such class${hint}`, `Known are ${names.join(", ")}.`);
}

/** Returns every argument of a table's classes, with the short names of the classes that take it. */
export function classArguments(table: ClassTable): Map<string, { schema: z.ZodType; classes: string[] }> {
  const found = new Map<string, { schema: z.ZodType; classes: string[] }>();
  for (const [path, { shape }] of Object.entries(table)) {
    for (const [name, schema] of Object.entries(shape) as [string, z.ZodType][]) {
      const { classes = [] } = found.get(name) ?? {};
      found.set(name, { schema, classes: [...classes, shortName(path)] });
    }
  }
  return found;
}
