/** Machines made of network namespaces: root and iproute2 are needed; tests are skipped with a message elsewhere. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe } from "vitest";

const ip = (...args: string[]) => execFileSync("ip", args, { stdio: ["ignore", "pipe", "pipe"] });

function canMake(): boolean {
  const name = `probe${process.pid}`;
  if (spawnSync("ip", ["netns", "add", name]).status !== 0) return false;
  ip("netns", "del", name);
  return true;
}

/** A `describe` for tests that need such machines; its name has the reason if it is skipped. */
export function describeWithNamespaces(name: string, tests: () => void): void {
  const can = canMake();
  describe.skipIf(!can)(can ? name : `${name} (skipped: no \`ip netns add\` here: root and iproute2)`, tests);
}

export interface Machines extends Disposable {
  /** Their addresses on the wire between them. */
  addresses: readonly [string, string];
  /** Runs node in one of them, to its end. */
  run(
    machine: 0 | 1,
    args: string[],
    env: Record<string, string>,
  ): Promise<{ code: number | null; output: string }>;
  /** Runs `ip` in one of them. */
  ip(machine: 0 | 1, ...args: string[]): void;
}

/** Two machines with one wire between them, and a loopback each. */
export function twoMachines(): Machines {
  const names = [`deeplasia-a${process.pid}`, `deeplasia-b${process.pid}`] as const;
  const addresses = ["10.77.0.1", "10.77.0.2"] as const;
  const inside = (machine: 0 | 1, ...args: string[]) => void ip("-n", names[machine], ...args);
  for (const name of names) ip("netns", "add", name);
  ip("link", "add", "wire", "netns", names[0], "type", "veth", "peer", "name", "wire", "netns", names[1]);
  for (const machine of [0, 1] as const) {
    inside(machine, "addr", "add", `${addresses[machine]}/24`, "dev", "wire");
    for (const device of ["wire", "lo"]) inside(machine, "link", "set", device, "up");
  }
  return {
    addresses,
    ip: inside,
    async run(machine, args, env) {
      const child = spawn("ip", ["netns", "exec", names[machine], process.execPath, ...args], {
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (bytes) => {
          output += bytes;
        });
      const [code] = await once(child, "close");
      return { code, output };
    },
    [Symbol.dispose]() {
      for (const name of names) spawnSync("ip", ["netns", "del", name]);
    },
  };
}
