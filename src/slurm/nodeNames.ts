/** The nodes of a job, and where they are reached. */
import { lookup } from "node:dns/promises";
import { factIn, slurm } from "./client.js";

/** Names in SLURM's short form, `n[1-3]`, one by one. No controller is asked. Throws ERR_DEEPLASIA_SLURM. */
export async function nodeNames(short: string): Promise<string[]> {
  return (await slurm("scontrol", ["show", "hostnames", short])).split("\n").filter(Boolean);
}

/** The first node of `n[03-05,11],login`: `n03`. It is the one that runs the batch script, and a step's task 0. */
export function firstHost(nodeList: string): string {
  const [first = ""] = nodeList.split(/,(?![^[]*\])/);
  return first.replace(/\[([^\],-]+)[^\]]*\]/g, "$1");
}

/** Where a node is reached: by its name, or by the address that the site has given it (NodeAddr). */
export async function nodeAddress(node: string): Promise<string> {
  try {
    await lookup(node);
    return node;
  } catch {
    return (await siteAddress(node)) ?? node;
  }
}

/** The address that the site has given a node (NodeAddr); null: SLURM does not say. */
export async function siteAddress(node: string): Promise<string | null> {
  const facts = await slurm("scontrol", ["show", "node", node, "--oneliner"], 10_000).catch(() => "");
  return factIn(facts, "NodeAddr") ?? null;
}
