/** storescu -> Orthanc -> service -> report and copy in the study; Debian's orthanc and dcmtk. */
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { study } from "../helpers/dicomStudy.js";
import { freePort } from "../helpers/freePort.js";
import { modelFile } from "../helpers/model.js";
import { servedFor } from "../helpers/service.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { projectRoot } from "../helpers/testData.js";

const ORTHANC = ["/usr/sbin/Orthanc", "/usr/bin/Orthanc"].find((file) => existsSync(file));
const hasStorescu = spawnSync("storescu", ["--version"]).status === 0;
const TOKEN = "a-token-of-the-test";

const missing = ORTHANC === undefined ? "orthanc" : hasStorescu ? null : "dcmtk";
describe.skipIf(missing !== null)(
  `with Orthanc${missing === null ? "" : ` (not run: install ${missing})`}`,
  () => {
    const service = servedFor({ model: [modelFile("mean-plus-sex")], token: TOKEN });

    test("a radiograph that is stored gets its report and its copy, and these get none", async () => {
      const folder = await temporaryFolder();
      const [dicomPort, httpPort] = [await freePort(), await freePort()];
      const configuration = {
        ...{ StorageDirectory: join(folder, "storage"), IndexDirectory: join(folder, "index"), Plugins: [] },
        ...{ DicomPort: dicomPort, HttpPort: httpPort, RemoteAccessAllowed: false, DicomAet: "ORTHANC" },
        LuaScripts: [join(projectRoot, "examples/orthanc/deeplasia.lua")],
        Deeplasia: { Url: service.url, Token: TOKEN },
      };
      await writeFile(join(folder, "orthanc.json"), JSON.stringify(configuration));
      const orthanc = spawn(ORTHANC!, [join(folder, "orthanc.json")], { stdio: "ignore" });
      onTestFinished(async () => {
        orthanc.kill("SIGKILL");
        if (orthanc.exitCode === null && orthanc.signalCode === null) await once(orthanc, "exit");
      });
      // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the test is about
      const get = async (path: string): Promise<any> => {
        const response = await fetch(`http://127.0.0.1:${httpPort}${path}`).catch(() => null);
        return response?.ok ? await response.json() : null;
      };
      while ((await get("/system")) === null) await setTimeout(200);

      await writeFile(join(folder, "hand.dcm"), study());
      await promisify(execFile)("storescu", [
        "-aec",
        "ORTHANC",
        "127.0.0.1",
        `${dicomPort}`,
        join(folder, "hand.dcm"),
      ]);
      while ((await get("/statistics")).CountInstances < 3) await setTimeout(200);
      // What would begin a loop would have begun by now.
      await setTimeout(1000);

      expect(await get("/statistics")).toMatchObject({
        CountPatients: 1,
        CountStudies: 1,
        CountSeries: 3,
        CountInstances: 3,
      });
      const tags = await Promise.all(
        ((await get("/instances")) as string[]).map((id) => get(`/instances/${id}/simplified-tags`)),
      );
      expect(tags.map(({ Modality }) => Modality).sort()).toEqual(["DX", "OT", "SR"]);
      for (const { PatientID, StudyInstanceUID } of tags)
        expect([PatientID, StudyInstanceUID]).toEqual(["SECRET42", "1.2.840.4711.1"]);
      const report = tags.find(({ Modality }) => Modality === "SR");
      expect(JSON.stringify(report)).toContain("85151-9");
      expect(service.log.filter((line) => line.includes('"/dicom"'))).toHaveLength(1);
    });
  },
);
