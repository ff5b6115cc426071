/** An output must not overwrite an input. */
import { DeeplasiaError } from "../errors.js";
import { pathFacts } from "./pathKind.js";

/** Throws ERR_DEEPLASIA_OUTPUT if the output is one of the inputs, under whatever path. */
export async function refuseInput(output: string, inputs: readonly (string | undefined)[]): Promise<void> {
  const written = output === "-" ? null : await pathFacts(output);
  if (written?.isFile() !== true) return;
  for (const input of inputs) {
    const read = input === undefined ? null : await pathFacts(input).catch(() => null);
    if (read === null || read.ino !== written.ino || read.dev !== written.dev) continue;
    throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `cannot write ${output}: it is also an input`, {
      file: output,
      remedy: "Give the output another name.",
    });
  }
}
