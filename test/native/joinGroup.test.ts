/** Processes on two machines connect or fail: with real sockets between network namespaces. */
import { expect, test } from "vitest";
import { describeWithNamespaces, type Machines, twoMachines } from "../helpers/namespaces.js";
import { fixture } from "../helpers/testData.js";

const PORT = 23_456;

/** Joins both ranks; `hosts` is the address of rank 0 for each of them. */
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
  test("connect if rank 0's machine resolves its own name to loopback, as in Debian's /etc/hosts", async () => {
    using machines = twoMachines();
    const ends = await join(machines, ["127.0.1.1", machines.addresses[0]]);
    for (const { code, output } of ends) expect({ code, output }).toEqual({ code: 0, output: "[0,1]\n" });
  });

  test("fail in time, each with the reason, if packets to one of them are lost", async () => {
    using machines = twoMachines();
    // A second address of rank 0, which it is configured to use; from rank 1 it leads to no machine. (Gloo lets the rank with
    // the higher address connect.)
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
      // No message of c10d itself.
      expect(output.split("\n")).toHaveLength(2);
    }
  });
});
