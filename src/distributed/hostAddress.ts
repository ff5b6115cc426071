/** The addresses by which the processes of a run reach each other. */
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { DeeplasiaError } from "../errors.js";
import { siteAddress } from "../slurm/nodeNames.js";

/**
 * Returns the IP address of a node. SLURM is asked for a name that only SLURM knows.
 *
 * Throws ERR_DEEPLASIA_PEER.
 */
export async function hostAddress(host: string): Promise<string> {
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch (cause) {
    const known = await siteAddress(host);
    if (known !== null && known !== host) return hostAddress(known);
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_PEER",
      `the address of ${host}, the host of rank 0, is not known`,
      {
        remedy: "Set MASTER_ADDR to an address of that machine that the other machines can reach.",
        cause,
      },
    );
  }
}

/**
 * Returns the address by which the others must reach this process: that of the interface `GLOO_SOCKET_IFNAME`, as in PyTorch.
 * Null where the variable is not set: then it is the address on the route to them, see native/distributed/address.h.
 */
export function ownAddress(env = process.env): string | null {
  const wanted = env.GLOO_SOCKET_IFNAME;
  return wanted === undefined ? null : interfaceAddress(wanted);
}

function interfaceAddress(name: string): string {
  const found = networkInterfaces()[name]?.find(({ family }) => family === "IPv4");
  if (found !== undefined) return found.address;
  const names = Object.keys(networkInterfaces()).join(", ");
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `GLOO_SOCKET_IFNAME: there is no interface ${name} with an IPv4 address`,
    { remedy: `Set it to one of ${names}.` },
  );
}

/** Returns a free port of this machine. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
