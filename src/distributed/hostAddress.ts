/** By which addresses the processes of a run reach each other. */
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { DeeplasiaError } from "../errors.js";
import { siteAddress } from "../slurm/nodeNames.js";

/**
 * The IP address of a node. A name that only SLURM knows is asked of SLURM.
 *
 * Throws ERR_DEEPLASIA_PEER.
 */
export async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch (cause) {
    const known = await siteAddress(host);
    if (known !== null && known !== host) return addressOf(known);
    throw new DeeplasiaError("ERR_DEEPLASIA_PEER", `the address of ${host}, where rank 0 is, is not known`, {
      remedy: "Set MASTER_ADDR to an address of that machine that the others reach.",
      cause,
    });
  }
}

/**
 * The address that the user wants the others to reach this process by: that of the interface `GLOO_SOCKET_IFNAME`, as
 * with PyTorch. Null: the one on the way to them, see native/distributed/address.h.
 */
export function askedAddress(env = process.env): string | null {
  const wanted = env.GLOO_SOCKET_IFNAME;
  return wanted === undefined ? null : addressOfInterface(wanted);
}

function addressOfInterface(name: string): string {
  const found = networkInterfaces()[name]?.find(({ family }) => family === "IPv4");
  if (found !== undefined) return found.address;
  const names = Object.keys(networkInterfaces()).join(", ");
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `GLOO_SOCKET_IFNAME: no interface ${name} with an IPv4 address`,
    {
      remedy: `There are ${names}.`,
    },
  );
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
