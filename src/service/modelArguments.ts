/** What `--model` names: each argument a model or an ensemble, with the name that requests choose it by. */
import { basename, extname } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";

export interface NamedModel {
  name: string;
  /** Several are the members of an ensemble. */
  files: readonly string[];
}

/** Names stand in addresses (/v2/models/{name}). */
const NAME = /^[\w.-]{1,64}$/;

/** @throws DeeplasiaError ERR_DEEPLASIA_USAGE for names that cannot be, or that are given twice. */
export async function modelArguments(given: readonly string[]): Promise<NamedModel[]> {
  const models: NamedModel[] = [];
  for (const argument of given) {
    const model = await modelArgument(argument);
    if (!NAME.test(model.name))
      throw usage(`a model cannot be named "${model.name}"`, "Use letters, digits, _, - and dots.");
    if (models.some(({ name }) => name === model.name))
      throw usage(`two models are named "${model.name}"`, "Give names of your own: name=path for each.");
    models.push(model);
  }
  return models;
}

/** Folders may have `=` and `,` in their names, so a path that exists is a path. */
async function modelArgument(given: string): Promise<NamedModel> {
  if ((await pathKind(given)) !== null) return { name: stemOf(given), files: [given] };
  const [, name, rest = given] = /^([^/=]+)=(.+)$/.exec(given) ?? [];
  const files = (await pathKind(rest)) === null ? rest.split(",").filter((file) => file !== "") : [rest];
  if (files.length === 0) throw usage(`${given} names no file`, "Give name=path.");
  return { name: name ?? files.map(stemOf).join("+"), files };
}

const stemOf = (file: string) => basename(file, extname(file)).replaceAll(/[^\w.-]/g, "_");

function usage(what: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy });
}
