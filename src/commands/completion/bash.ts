/** A script of completions for bash. */
import { type CompletedCommand, PROGRAM, type Takes } from "./declared.js";

export function bashScript(commands: readonly CompletedCommand[]): string {
  return `# Completions of ${PROGRAM} for bash, made by: ${PROGRAM} completion bash

# What a command has: its commands, its flags, and what it takes besides.
_deeplasia_native_command() {
  case $1 in
${commands.map(commandCase).join("\n")}
  esac
}

# Completes the value of a flag.
_deeplasia_native_flag() {
  takes=text list=
  case $1 in
${commands.flatMap(flagCases).join("\n")}
  esac
}
${ENGINE}`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const takesText = (takes: Takes | "command") => (typeof takes === "string" ? takes : `=${takes.join(" ")}`);

function commandCase({ path, commands, options, operand }: CompletedCommand): string {
  const names = commands.map(({ name }) => name).join(" ");
  const flags = options.flatMap((option) => option.names).join(" ");
  const taken = commands.length > 0 ? `=${names}` : takesText(operand);
  return `    ${quoted(path)}) commands=${quoted(names)} flags=${quoted(flags)} operand=${quoted(taken)} ;;`;
}

function flagCases({ path, options }: CompletedCommand): string[] {
  return options
    .filter(({ takes }) => takes !== "text")
    .map(({ names, takes, isList }) => {
      const patterns = names.map((name) => quoted(`${path} ${name}`.trim())).join("|");
      return `    ${patterns}) takes=${quoted(takesText(takes))} list=${isList ? 1 : ""} ;;`;
    });
}

/** Reads the words so far, then offers flags, values of the last flag, commands or files. */
const ENGINE = String.raw`
_deeplasia_native() {
  local IFS=$' \t\n' LC_ALL=C
  local commands flags operand takes list path= flag= isvalue= prefix= word i
  local cur=@{COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  _deeplasia_native_command "$path"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=@{COMP_WORDS[i]}
    case $word in
      # Bash takes --flag=value for three words.
      =) isvalue=1 ;;
      -*=*) flag= ;;
      -?*)
        flag=$(_deeplasia_native_spelt "$word")
        _deeplasia_native_flag "$path $flag"
        [[ $takes == nothing ]] && flag=
        ;;
      *)
        if [[ -n $flag ]]; then
          [[ -z $list || -n $isvalue ]] && flag=
          isvalue=
        elif [[ " $commands " == *" $word "* ]]; then
          path="$path $word"
          path=@{path# }
          _deeplasia_native_command "$path"
        elif [[ $operand == command ]]; then
          path=$word commands= flags= operand=file
          _deeplasia_native_command "$path"
        fi
        ;;
    esac
  done
  [[ $cur == = ]] && cur=
  if [[ $cur == -*=* ]]; then
    prefix=@{cur%%=*}=
    flag=$(_deeplasia_native_spelt "@{cur%%=*}")
    cur=@{cur#*=}
  elif [[ $cur == -* ]]; then
    # - and _ are the same in a flag.
    for word in $flags; do
      [[ @{word//_/-} == "@{cur//_/-}"* ]] && COMPREPLY+=("$word")
    done
    return
  fi
  takes=$operand
  if [[ -n $flag ]]; then _deeplasia_native_flag "$path $flag"; fi
  case $takes in
    =*) mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "@{takes#=}" -- "$cur") ;;
    command) _deeplasia_native_command ''; mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur") ;;
    file | folder)
      [[ $takes == folder ]] && i=-d || i=-f
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen $i -P "$prefix" -- "$cur")
      ;;
    # Nothing is better than the names of files.
    *) compopt +o default +o bashdefault 2> /dev/null ;;
  esac
}

# A flag as it is declared.
_deeplasia_native_spelt() {
  local known
  for known in $flags; do
    [[ @{known//_/-} == "@{1//_/-}" ]] && { echo "$known"; return; }
  done
  echo "$1"
}

complete -o bashdefault -o default -F _deeplasia_native ${PROGRAM}
`.replaceAll("@{", "${");
