/** A script of completions for fish. */
import { type CompletedCommand, type CompletedOption, PROGRAM, type Takes } from "./declared.js";

export function fishScript(commands: readonly CompletedCommand[]): string {
  const groups = commands.filter((command) => command.commands.length > 0);
  const carriers = commands.filter(({ operand }) => operand === "command").map(({ path }) => path);
  return `# Completions of ${PROGRAM} for fish, made by: ${PROGRAM} completion fish

# The command that the words so far name.
function __deeplasia_native_path
    set -l path
    for word in (commandline -opc)[2..-1]
        switch "$path $word"
${groups.map(groupCase).join("\n")}
${carriers.map((path) => carrierCase(path, commands[0]!)).join("\n")}
        end
    end
    echo "$path"
end

function __deeplasia_native_at
    test (__deeplasia_native_path) = "$argv[1]"
end

complete -c ${PROGRAM} -f
${commands.flatMap((command) => lines(command, commands[0]!)).join("\n")}
`;
}

const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function groupCase({ path, commands }: CompletedCommand): string {
  const patterns = commands.map(({ name }) => quoted(`${path} ${name}`)).join(" ");
  const next = path === "" ? "$word" : '"$path $word"';
  return `            case ${patterns}\n                set path ${next}`;
}

/** After `slurm submit` come the words of another command. */
function carrierCase(path: string, program: CompletedCommand): string {
  const patterns = program.commands.map(({ name }) => quoted(`${path} ${name}`)).join(" ");
  return `            case ${patterns}\n                set path $word`;
}

function lines({ path, commands, options, operand }: CompletedCommand, program: CompletedCommand): string[] {
  const at = `complete -c ${PROGRAM} -n ${quoted(`__deeplasia_native_at ${quoted(path)}`)}`;
  const words = operand === "command" ? program.commands : commands;
  return [
    ...words.map(({ name, meaning }) => `${at} -a ${quoted(name)} -d ${quoted(meaning)}`),
    ...options.map((option) => `${at} ${optionPart(option)}`),
    ...(commands.length > 0 || operand === "command" || operand === "nothing"
      ? []
      : [`${at} ${part(operand)}`]),
  ];
}

function optionPart({ names, meaning, takes }: CompletedOption): string {
  const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const value = takes === "nothing" ? [] : ["-r", part(takes)];
  return [...flags, ...value, "-d", quoted(meaning)].join(" ");
}

function part(takes: Takes): string {
  if (takes === "file") return "-F";
  if (takes === "folder") return "-f -a '(__fish_complete_directories)'";
  return typeof takes === "string" ? "-f" : `-f -a ${quoted(takes.join(" "))}`;
}
