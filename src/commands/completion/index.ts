/** `completion`: what a shell needs to complete our command lines. */
import { Argument, type Command } from "commander";
import { helpText } from "../help.js";
import { bashScript } from "./bash.js";
import { declaredCommands } from "./declared.js";
import { fishScript } from "./fish.js";
import { zshScript } from "./zsh.js";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

const HELP = `
One of these gives it to every shell from then on.

bash:
  deeplasia-native completion bash > ~/.local/share/bash-completion/completions/deeplasia-native

bash without the package bash-completion, in ~/.bashrc:
  source <(deeplasia-native completion bash)

zsh, in a folder of $fpath:
  deeplasia-native completion zsh > ~/.zfunc/_deeplasia-native

fish:
  deeplasia-native completion fish > ~/.config/fish/completions/deeplasia-native.fish`;

export function defineCompletion(command: Command, createProgram: () => Promise<Command>): void {
  command
    .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(Object.keys(SCRIPTS)))
    .addHelpText("after", helpText(HELP))
    .action(async (shell: keyof typeof SCRIPTS) => {
      process.stdout.write(SCRIPTS[shell](declaredCommands(await createProgram())));
    });
}
