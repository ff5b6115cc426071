/** What the text files of a published folder state: read as text, never run. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { DeeplasiaError, isSystemError } from "../errors.js";

const configSchema = z.looseObject({
  backbone: z.string().optional(),
  num_classes: z.number().optional(),
  in_chans: z.number().optional(),
  num_models: z.number().optional(),
});
export type PublishedConfig = z.infer<typeof configSchema>;

/** The facts of a `config.json`; null where there is none. Throws ERR_DEEPLASIA_MODEL_UNREADABLE for one that is damaged. */
export async function readConfig(file: string): Promise<PublishedConfig | null> {
  const text = await textOf(file);
  if (text === null) return null;
  try {
    return configSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_MODEL_UNREADABLE",
      `${file} is not the configuration of a model`,
      {
        file,
        cause,
        remedy: "Download the file again.",
      },
    );
  }
}

/**
 * The side of a cropper's input, from the call of `Resize` in its `modeling.py`; null where there is no such file, no such
 * call, several that differ, or one without plain numbers.
 */
export async function cropSizeOf(file: string): Promise<[height: number, width: number] | null> {
  const text = (await textOf(file)) ?? "";
  const code = text.replaceAll(/#[^\n]*/g, "");
  const calls = [...code.matchAll(/\bResize\(([^()]*)\)/g)].map(([, given = ""]) => sidesOf(given));
  const [first] = calls;
  if (first === undefined || first === null) return null;
  return calls.every((sides) => sides?.join() === first.join()) ? first : null;
}

/** `512, 512, p=1` or `height=512, width=512`. */
function sidesOf(given: string): [height: number, width: number] | null {
  const parts = given.split(",").map((part) => part.trim());
  const named = (name: string) =>
    parts.find((part) => part.replace(/\s/g, "").startsWith(`${name}=`))?.split("=")[1];
  const plain = parts.filter((part) => !part.includes("="));
  const sides = [named("height") ?? plain[0], named("width") ?? plain[1]].map((side) => Number(side?.trim()));
  const [height = Number.NaN, width = Number.NaN] = sides;
  const isSide = (side: number) => Number.isInteger(side) && side >= 32 && side <= 4096;
  return isSide(height) && isSide(width) ? [height, width] : null;
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return null;
    throw error;
  }
}
