/** The nodes of a job: their names and addresses. */
import { lookup } from "node:dns/promises";
import { factIn, slurm } from "./client.js";

/** Expands names in SLURM's short form, `n[1-3]`, without asking the controller. Throws ERR_DEEPLASIA_SLURM. */
export async function nodeNames(short: string): Promise<string[]> {
  return (await slurm("scontrol", ["show", "hostnames", short])).split("\n").filter(Boolean);
}

/** Returns the first node of a list: `n03` of `n[03-05,11],login`. It runs the batch script and task 0 of a step. */
export function firstHost(nodeList: string): string {
  const [first = ""] = nodeList.split(/,(?![^[]*\])/);
  return first.replace(/\[([^\],-]+)[^\]]*\]/g, "$1");
}

/** Resolves to the node's name if it can be looked up, else to the address that the site gives it (NodeAddr). */
export async function nodeAddress(node: string): Promise<string> {
  try {
    await lookup(node);
    return node;
  } catch {
    return (await siteAddress(node)) ?? node;
  }
}

/** Resolves to the address that the site gives a node (NodeAddr); null if SLURM does not report one. */
export async function siteAddress(node: string): Promise<string | null> {
  const facts = await slurm("scontrol", ["show", "node", node, "--oneliner"], 10_000).catch(() => "");
  return factIn(facts, "NodeAddr") ?? null;
}
