/** Lists of nodes in SLURM's short form. */

/** The first node of `n[03-05,11],login`: `n03`. It is the one that runs the batch script, and a step's task 0. */
export function firstHost(nodeList: string): string {
  const [first = ""] = nodeList.split(/,(?![^[]*\])/);
  return first.replace(/\[([^\],-]+)[^\]]*\]/g, "$1");
}
