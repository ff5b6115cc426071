/** Parses YAML and JSON strictly: each key occurs once, and there are no aliases. */
import {
  Composer,
  type CST,
  type Document,
  isScalar,
  Lexer,
  type Node,
  Parser,
  visit,
  type YAMLParseError,
} from "yaml";

/** A fault of a text, and the position of its character. */
export interface YamlFault {
  message: string;
  position: number;
}

/** Parses a text. Throws a `YamlFault`. */
export function parseYaml(text: string): Document.Parsed {
  // With uniqueKeys the library compares each key with all others of its map.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false });
  const [document, second] = composer.compose(tokens(text), true, text.length) as Iterable<Document.Parsed>;
  const [error] = document!.errors;
  if (error !== undefined) throw fault(inWords(error), error.pos[0]);
  if (second !== undefined)
    throw fault("there are several documents in it (---), and only one can be read", second.range[0]);
  visit(document!, { Alias: refuseAlias, Map: (_, map) => requireUniqueKeys(map.items) });
  return document!;
}

/** Deepest nesting of brackets and indentation. The parser is recursive, so that more could exhaust the stack. */
const DEEPEST = 100;

function* tokens(text: string): Generator<CST.Token> {
  const parser = new Parser();
  let position = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    position += lexeme.length;
    if (parser.stack.length > DEEPEST) throw fault("it is nested too deeply", position);
  }
  yield* parser.end();
}

/** Returns our own message for common mistakes, and the library's message for others. */
function inWords({ code, message }: YAMLParseError): string {
  if (code === "TAB_AS_INDENT") return "tabs cannot indent, use blanks";
  if (code === "BLOCK_AS_IMPLICIT_KEY") return "a value with a colon in it needs quotes";
  if (message.startsWith("Implicit map keys"))
    return "a line is no `key: value`, with a blank after the colon";
  return message;
}

const fault = (message: string, position: number): YamlFault => ({
  message: `this is not YAML: ${message}`,
  position,
});
const misuse = (message: string, position: number): YamlFault => ({ message, position });
const positionOf = (node: unknown) => (node as Node | null)?.range?.[0] ?? 0;

function refuseAlias(_: unknown, node: Node & { source: string }): never {
  throw misuse(`aliases (*${node.source}) are not understood here`, positionOf(node));
}

function requireUniqueKeys(items: readonly { key: unknown }[]): void {
  const seen = new Set<string>();
  for (const { key } of items) {
    const name = isScalar(key) ? String(key.value) : null;
    if (name === null) throw misuse("a key must be a name", positionOf(key));
    if (seen.has(name)) throw misuse(`${name} is there twice`, positionOf(key));
    seen.add(name);
  }
}

/**
 * The text of a file's bytes: UTF-8 with or without a mark, or UTF-16 with one, as Windows' shells write it.
 * Null for what is no text.
 */
export function decodeText(bytes: Uint8Array): string | null {
  const [a, b] = bytes;
  const encoding = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}
