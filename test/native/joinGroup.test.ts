/** Processes on two machines find each other, or end: with real sockets between network namespaces. */
import { expect, test } from "vitest";
import { describeWithNamespaces, type Machines, twoMachines } from "../helpers/namespaces.js";
import { fixture } from "../helpers/testData.js";

const PORT = 23_456;

/** Joins both; `hosts`: rank 0 as each knows it. */
function join(machines: Machines, hosts: readonly [string, string], { patience = 60, interface0 = "" } = {}) {
  const start = (rank: 0 | 1) => {
    const place = { rank, ranks: 2, localRank: 0, localRanks: 1, host: hosts[rank], port: PORT };
    const args = [fixture("joinGroup.mjs"), JSON.stringify(place), String(patience)];
    return machines.run(rank, args, {
      SLURMD_NODENAME: `n${rank}`,
      ...(rank === 0 && interface0 !== "" ? { GLOO_SOCKET_IFNAME: interface0 } : {}),
    });
  };
  return Promise.all([start(0), start(1)]);
}

describeWithNamespaces("two machines", () => {
  test("connect where rank 0's machine takes its own name for its loopback, as Debian's /etc/hosts has it", async () => {
    using machines = twoMachines();
    const ends = await join(machines, ["127.0.1.1", machines.addresses[0]]);
    for (const { code, output } of ends) expect({ code, output }).toEqual({ code: 0, output: "[0,1]\n" });
  });

  test("end in time, each with the reason, where packets to one of them are lost", async () => {
    using machines = twoMachines();
    // A second address of rank 0, which it is told to use; from rank 1 the way there leads to no machine. (Of two ranks
    // Gloo lets the one with the higher address call.)
    machines.ip(0, "link", "add", "away", "type", "veth", "peer", "name", "end");
    machines.ip(0, "addr", "add", "10.66.0.1/32", "dev", "away");
    for (const device of ["away", "end"]) machines.ip(0, "link", "set", device, "up");
    machines.ip(1, "neigh", "add", "10.77.0.9", "lladdr", "02:00:00:00:00:09", "dev", "wire");
    machines.ip(1, "route", "add", "10.66.0.1", "via", "10.77.0.9");
    const [first, second] = await join(machines, ["10.77.0.1", "10.77.0.1"], {
      patience: 8,
      interface0: "away",
    });
    expect(first.code).toBe(1);
    expect(second.code).toBe(1);
    expect(first.output + second.output).toMatch(/cannot connect to each other's own ports/);
    for (const { output } of [first, second]) {
      expect(output).toMatch(/^ERR_DEEPLASIA_PEER /);
      // Nothing of c10d's own.
      expect(output.split("\n")).toHaveLength(2);
    }
  });
});
