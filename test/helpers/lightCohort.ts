/** A cohort whose bone ages can be worked out by hand. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { halves, writeCohort } from "./pictures.js";
import { temporaryFolder } from "./temporary.js";

/** Pictures of ever more light, the last one near white; girls and boys in turn, one row without a picture if asked for. */
export async function lightCohort(count: number, { missing = -1, masks = false, sex = ["F", "M"] } = {}) {
  const folder = await temporaryFolder();
  const rows = await Promise.all(
    Array.from({ length: count }, async (_, i) => ({
      image: `${i}.png`,
      sex: sex[i % sex.length]!,
      age: String(100 + i),
      ...(i === missing
        ? {}
        : {
            bytes:
              i === count - 1
                ? await halves(255, 40, 230)
                : await halves(20 * (i % 11) + 20, 40, 20 * (i % 11)),
          }),
    })),
  );
  await writeCohort(folder, rows);
  const options = { annotationCsv: join(folder, "cohort.csv"), imgDir: join(folder, "images") };
  if (!masks) return options;
  await mkdir(join(folder, "masks/a"), { recursive: true });
  const mask = await halves(255);
  for (const { image } of rows) await writeFile(join(folder, "masks/a", image), mask);
  return { ...options, maskDirs: [join(folder, "masks")] };
}
