/** What a real shell offers for an unfinished command line of ours; null where the shell is not installed. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bashScript } from "../../src/commands/completion/bash.js";
import { declaredCommands } from "../../src/commands/completion/declared.js";
import { fishScript } from "../../src/commands/completion/fish.js";
import { zshScript } from "../../src/commands/completion/zsh.js";
import { createProgram } from "../../src/program.js";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export const isInstalled = (shell: Shell) => spawnSync(shell, ["-c", "true"]).status === 0;

const COMMANDS = declaredCommands(await createProgram());

/** The completions of the last word of a line, in a folder. */
export function completions(shell: Shell, folder: string, line: string): string[] {
  const script = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](COMMANDS);
  const file = join(folder, `.completion.${shell}`);
  writeFileSync(file, script);
  const ask = { bash: BASH, zsh: ZSH, fish: FISH }[shell];
  const flags = { bash: ["--norc", "-c"], zsh: ["-f", "-c"], fish: ["--no-config", "-c"] }[shell];
  const names = shell === "fish" ? [file, line] : ["ask", file, line];
  const { stdout, stderr, status } = spawnSync(shell, [...flags, ask, ...names], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, HOME: folder, TERM: "xterm" },
  });
  if (status !== 0 || stderr !== "") throw new Error(`${shell}: ${status} ${stderr}`);
  // An equal sign and what is before it, blanks and descriptions are each shell's own way to show a completion.
  const found = stdout
    .split("\n")
    .map((text) => text.split("\t")[0]!.trim())
    .filter(Boolean)
    .map((text) => (/^-[^=]*=./.test(text) ? text.replace(/^[^=]*=/, "") : text.replace(/[/=]$/, "")));
  return [...new Set(found)].sort();
}

/** As readline does: words are broken at = too. */
const BASH = String.raw`
source "$1"
line=$2
read -ra COMP_WORDS <<< "$(sed 's/=/ = /g' <<< "$line")"
[[ $line == *' ' || $line == *= ]] && COMP_WORDS+=('')
[[ $line == *= ]] && unset 'COMP_WORDS[-1]'
COMP_CWORD=$(( @{#COMP_WORDS[@]} - 1 ))
_deeplasia_native
printf '%s\n' "@{COMPREPLY[@]}"
`.replaceAll("@{", "${");

const FISH = "source $argv[1]; complete -C $argv[2]";

/** A shell in a terminal of its own, whose completions are printed rather than shown. */
const ZSH = String.raw`
zmodload zsh/zpty
zpty z zsh -f -i
print_all() {
  zpty -w z "PS1= PS2=; unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit; compinit -u -D; source $1"
  zpty -w z 'zstyle ":completion:*" list-grouped false; zstyle ":completion:*:default" list-prompt ""'
  zpty -w z 'compadd() { local -a found flags; [[ $* == *-[OAD]\ * || $* == *-[OAD]?\ * ]] && { builtin compadd "$@"; return }; builtin compadd -O found "$@"; builtin compadd "$@"; for one in "$found[@]"; print -r -- "<$one>" >> .found }'
  zpty -w z 'bindkey "^T" complete-word; print re""ady'
}
print_all "$1"
local text
while zpty -r z text; do [[ $text == *ready* ]] && break; done
zpty -w -n z "$2"$'\t'
sleep 0.1
zpty -w z $'\x15'"print do""ne"
while zpty -r -t z text || sleep 0.05; do [[ $text == *done* ]] && break; done
zpty -d z
[[ -e .found ]] && { sed -n 's/^<\(.*\)>$/\1/p' .found; rm .found }
return 0
`.replaceAll("@{", "${");
