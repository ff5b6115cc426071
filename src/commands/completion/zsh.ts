/** A script of completions for zsh. */
import { type CompletedCommand, type CompletedOption, PROGRAM, type Takes } from "./declared.js";

export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef ${PROGRAM}
# Completions of ${PROGRAM} for zsh, made by: ${PROGRAM} completion zsh

${commands.map(commandFunction).join("\n\n")}

# The command that a job runs, with its own options.
_deeplasia_native_inner() {
  words=(${PROGRAM} "$words[@]")
  (( CURRENT++ ))
  _deeplasia_native
}

# In a folder of $fpath this file is the function; read by source, it defines it.
if [[ $funcstack[1] == _deeplasia_native ]]; then
  _deeplasia_native "$@"
else
  compdef _deeplasia_native ${PROGRAM}
fi
`;
}

const functionOf = (path: string) => ["_deeplasia_native", ...path.split(" ")].filter(Boolean).join("_");
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** Escapes the characters that end a part of a specification. */
const plain = (text: string) => text.replaceAll("[", "(").replaceAll("]", ")").replaceAll(":", "\\:");

function commandFunction(command: CompletedCommand): string {
  const { path, commands, operand } = command;
  const options = command.options.flatMap(optionSpecs);
  if (commands.length === 0)
    return `${functionOf(path)}() {\n${argumentsOf([...options, ...operandSpecs(operand)])}\n}`;
  const described = commands.map(({ name, meaning }) => `      ${quoted(`${name}:${plain(meaning)}`)}`);
  return `${functionOf(path)}() {
  local line state
${argumentsOf([...options, "'1: :->command'", "'*:: :->rest'"])} && return
  case $state in
    command)
      local -a commands=(
${described.join("\n")}
      )
      _describe command commands
      ;;
    rest) (( $+functions[${functionOf(path)}_$line[1]] )) && ${functionOf(path)}_$line[1] ;;
  esac
}`;
}

const argumentsOf = (specs: readonly string[]) => `  _arguments -C \\\n    ${specs.join(" \\\n    ")}`;

/** One specification a name; a list may be given again. */
function optionSpecs({ names, meaning, takes, isList }: CompletedOption): string[] {
  const others = isList || names.length === 1 ? "" : `(${names.join(" ")})`;
  return names.map((name) => {
    const hasValue = takes !== "nothing";
    const joined = hasValue && name.startsWith("--") ? "=" : "";
    const value = hasValue ? `:${actionOf(takes)}` : "";
    return quoted(`${others}${isList ? "*" : ""}${name}${joined}[${plain(meaning)}]${value}`);
  });
}

function operandSpecs(operand: CompletedCommand["operand"]): string[] {
  if (operand === "nothing") return [];
  if (operand === "command") return ["'(-)*::command:_deeplasia_native_inner'"];
  return [quoted(`*:${actionOf(operand)}`)];
}

/** Message and action. */
function actionOf(takes: Takes): string {
  if (takes === "file") return "file:_files";
  if (takes === "folder") return "folder:_files -/";
  return typeof takes === "string" ? "value: " : `value:(${takes.join(" ")})`;
}
