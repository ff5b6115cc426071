/** Radiographs that dcmtk's storescu sends. */
import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { readDataset } from "../../src/dicom/dataset.js";
import { serve } from "../../src/index.js";
import { namesBelow } from "../../src/pacs/namesBelow.js";
import { dicomFile } from "../helpers/dicomFile.js";
import { PATIENT, study, UIDS } from "../helpers/dicomStudy.js";
import { modelFile } from "../helpers/model.js";
import { refusal } from "../helpers/refusal.js";
import { temporaryFolder } from "../helpers/temporary.js";

const has = (tool: string) => spawnSync(tool, ["--version"]).status === 0;
const hasDcmtk = has("storescu") && has("echoscu");

test("a port without folders is refused", async () => {
  const { code, message } = await refusal(() =>
    serve({ port: 0, model: [modelFile("mean-plus-sex")], dicomPort: 0 }),
  );
  expect(code).toBe("ERR_DEEPLASIA_OPTION");
  expect(message).toMatch(/no folder for what is received/);
});

describe.skipIf(!hasDcmtk)(`storescu${hasDcmtk ? "" : " (not run: install dcmtk)"}`, () => {
  test("echo, store, and what is refused", async () => {
    const folder = await temporaryFolder();
    const [input, output] = [join(folder, "in"), join(folder, "out")];
    await mkdir(input);
    const log: string[] = [];
    await using service = await serve({
      ...{ model: [modelFile("mean-plus-sex")], port: 0, dicomPort: 0, watch: [input, output], aet: "AGES" },
      ...{ maxBytes: 1_000_000, logStream: { write: (line: string) => void log.push(line) } },
    });
    expect(service.url).toMatch(/127/);
    const { port } = JSON.parse(log.find((line) => line.includes("receiving DICOM"))!);
    const call = (tool: string, aet: string, ...files: string[]) =>
      promisify(execFile)(tool, ["-aec", aet, "127.0.0.1", `${port}`, ...files]).then(
        () => "done",
        ({ stderr }: { stderr: string }) => stderr,
      );
    const file = async (name: string, bytes: Uint8Array) => {
      await writeFile(join(folder, name), bytes);
      return join(folder, name);
    };
    const hand = await file("hand.dcm", study());
    expect(await call("echoscu", "AGES")).toBe("done");
    expect(await call("echoscu", "OTHER")).toMatch(/Called AE Title Not Recognized/i);
    expect(await call("storescu", "OTHER", hand)).toMatch(/Called AE Title Not Recognized/i);
    const other = {
      ...UIDS,
      ...PATIENT,
      "00080016": ["UI", "1.2.840.10008.5.1.4.1.1.88.33"] as [string, string],
    };
    expect(await call("storescu", "AGES", await file("report.dcm", dicomFile(other)))).not.toBe("done");
    const large = study({ "00420011": ["OB", new Uint8Array(3_000_000)] });
    expect(await call("storescu", "AGES", await file("large.dcm", large))).not.toBe("done");
    // What is no DICOM must not end the service.
    for (const bytes of [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      Buffer.alloc(100, 0xff),
      Buffer.from([4, 0, 255, 255, 255, 255, 1]),
    ]) {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      await once(socket, "connect");
      socket.write(bytes);
      await setTimeout(50);
      socket.destroy();
    }
    const second = await file("second.dcm", study({ "00080018": ["UI", "1.2.840.4711.33"] }));
    expect(await call("storescu", "AGES", hand, second)).toBe("done");

    const done = async () => (await namesBelow(output)).filter((name) => name.startsWith("done/")).sort();
    while ((await done()).length < 2) await setTimeout(50);
    expect(await done()).toEqual(["done/1.2.840.4711.3.dcm", "done/1.2.840.4711.33.dcm"]);
    expect((await namesBelow(output)).filter((name) => name.endsWith(".sr.dcm")).sort()).toEqual([
      "1.2.840.4711.3.sr.dcm",
      "1.2.840.4711.33.sr.dcm",
    ]);
    const [stored, sent] = [await readFile(join(output, "done/1.2.840.4711.3.dcm")), study()].map(
      (bytes) => readDataset(bytes).elements,
    );
    const value = (elements: typeof stored, tag: string) => {
      const { dataOffset, length } = elements!.elements[tag]!;
      return Buffer.from(elements!.byteArray.subarray(dataOffset, dataOffset + length));
    };
    // The name is Latin-1, and stays so.
    for (const tag of ["x00100010", "x00100020", "x7fe00010"])
      expect(value(stored, tag)).toEqual(value(sent, tag));
    expect(log.join("")).not.toMatch(/GEHEIM|SECRET42|4711/);
  });
});
