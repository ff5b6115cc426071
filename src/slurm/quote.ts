/** Quotes text for a job script: bash words, bash words with variables, and sbatch directives. */

const PLAIN = /^[\w@%+=:,./-]+$/;

/** Returns a bash word that means exactly this text, which may hold anything but NUL. */
export function word(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Returns a bash word in which `$NAME` and `${NAME}` are variables of the job and everything else is literal. */
export function expandedWord(text: string): string {
  const escaped = text.replaceAll(/[\\"`]|\$(?![a-z_]|\{[a-z_]\w*\})/gi, "\\$&");
  return `"${escaped}"`;
}

/** Returns a value for a line `#SBATCH --option=`, which sbatch parses, not bash. */
export function directiveValue(text: string): string {
  return PLAIN.test(text) ? text : `"${text.replaceAll(/[\\"]/g, "\\$&")}"`;
}
