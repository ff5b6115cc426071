/** Text in the three languages of a job script. */

const PLAIN = /^[\w@%+=:,./-]+$/;

/** One word of bash that means exactly this text, whatever is in it but NUL. */
export function word(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** One word of bash in which `$NAME` and `${NAME}` are variables of the job, and everything else means itself. */
export function expandedWord(text: string): string {
  const escaped = text.replaceAll(/[\\"`]|\$(?![a-z_]|\{[a-z_]\w*\})/gi, "\\$&");
  return `"${escaped}"`;
}

/** A value of a line `#SBATCH --option=`, which sbatch reads, not bash. */
export function directiveValue(text: string): string {
  return PLAIN.test(text) ? text : `"${text.replaceAll(/[\\"]/g, "\\$&")}"`;
}
