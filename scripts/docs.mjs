// Writes docs/options.md from the schemas. `--check`: fails if the file is not what it would write.
import { readFile, writeFile } from "node:fs/promises";
import { createProgram } from "../dist/cli.js";

const FILE = new URL("../docs/options.md", import.meta.url);

const cell = (text) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function optionRows(options) {
  const rows = options
    .filter(({ hidden }) => !hidden)
    .map(({ flags, description }) => `| \`${flags.replaceAll("|", "\\|")}\` | ${cell(description)} |`);
  return ["| option | meaning |", "| --- | --- |", ...rows].join("\n");
}

function commandSection(command, prefix) {
  const name = `${prefix} ${command.name()}`;
  const usage = command.usage();
  const parts = [`## \`${`${name} ${usage}`.trim()}\``, command.description()];
  const groups = new Map();
  for (const option of command.options) {
    const group = option.helpGroupHeading ?? "";
    groups.set(group, [...(groups.get(group) ?? []), option]);
  }
  for (const [group, options] of groups) {
    if (options.every(({ hidden }) => hidden)) continue;
    parts.push(...(group ? [`### ${group.replace(/:$/, "")}`] : []), optionRows(options));
  }
  const hidden = command.options.filter(({ hidden }) => hidden).map(({ long }) => `\`${long}\``);
  if (hidden.length > 0) {
    parts.push(
      `Accepted, with a warning, because the reference's command has them; they change nothing here: ${hidden.join(", ")}.`,
    );
  }
  return [parts.join("\n\n"), ...command.commands.map((child) => commandSection(child, name))].join("\n\n");
}

const program = createProgram();
const text = `# Options

Made from the schemas by \`npm run docs\`; do not edit. In the name of a flag \`-\` and \`_\` mean the same, and
\`--flag=value\` is \`--flag value\`.

${program.commands.map((command) => commandSection(command, "deeplasia-native")).join("\n\n")}
`;

if (process.argv.includes("--check")) {
  if ((await readFile(FILE, "utf8")) !== text) {
    console.error("docs/options.md is not up to date: npm run docs");
    process.exit(1);
  }
} else {
  await writeFile(FILE, text);
}
