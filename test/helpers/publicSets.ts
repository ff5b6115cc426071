/** Small versions of public data sets as downloaded: columns, folders, oddities, and pictures without content. */
import { temporaryFolder, writeTree } from "./temporary.js";

/** The unpacked RSNA challenge: three kinds of tables, nested folders or not, an Excel workbook. */
export async function rsnaDownload(more: Record<string, string> = {}): Promise<string> {
  const train = "boneage-training-dataset/boneage-training-dataset";
  return writeTree(await temporaryFolder(), {
    "boneage-training-dataset.csv":
      "id,boneage,male\n1377,180,False\n1378,12,True\n1435,94,FALSE\n1400,30,True\n",
    [`${train}/1377.png`]: "a",
    [`${train}/1378.png`]: "b",
    [`${train}/1435.png`]: "c",
    "__MACOSX/boneage-training-dataset/._1400.png": "not a picture",
    "boneage-validation-dataset/Validation Dataset.csv":
      "Image ID,male,Bone Age (months)\r\n1386,TRUE,168.93\r\n1392,0,54\r\n",
    "boneage-validation-dataset/1386.png": "d",
    "boneage-validation-dataset/1392.png": "e",
    "boneage-test-dataset.csv": "Case ID,Sex\n4360,M\n4361,F\n",
    "boneage-test-dataset/boneage-test-dataset/4360.png": "f",
    "boneage-test-dataset/boneage-test-dataset/4361.png": "g",
    ...more,
  });
}

/** The separate table with the ages of the test set, which are means of six readings. */
export const RSNA_TRUTH = "Case ID,Sex,Ground truth bone age (months)\n4360,M,168.93\n4361,F,169.67\n";

/** The Digital Hand Atlas: the names of the folders hold all facts about a child. */
export async function dhaDownload(): Promise<string> {
  const root = "Digital Hand Atlas/JPEGimages";
  return writeTree(await temporaryFolder(), {
    [`${root}/ASIF/ASIF05/3142.jpg`]: "a",
    [`${root}/ASIF/ASIF05/3143.jpg`]: "b",
    [`${root}/HISM/HISM18/5110.jpg`]: "c",
    [`${root}/BLKM/BLKM00/4001.JPG`]: "d",
    [`${root}/CAUF/CAUM07/6000.jpg`]: "its two folders disagree",
    "Digital Hand Atlas/readme.jpg": "no hand",
  });
}
