/** Models of bone ages that people can have: facts, and where they are. Nothing of them is part of this package. */

/** One file of a model. */
export interface EntryFile {
  /** Its path in the model's folder. */
  path: string;
  /** Where it is downloaded from: a path on the hub. */
  source: string;
  /** Its size, where it is known. */
  bytes?: number;
  /** SHA-256, where it is known. */
  sha256?: string;
}

/** What is known of a model that people can have. */
export interface RegistryEntry {
  /** Its name here. */
  name: string;
  /** What it is, in a few words. */
  title: string;
  /** The licence as it is stated, with everything that is known about it. */
  licence: string;
  /** Where its author publishes it. */
  page: string;
  /** Files to download; empty where its authors give it on request. */
  files: readonly EntryFile[];
  /** About how much is downloaded. */
  downloadBytes?: number;
  /** Files with weights that predict bone ages, in the model's folder; several are an ensemble. */
  weights: readonly string[];
  /** How to get it, where it cannot be downloaded. */
  onRequest?: string;
  /** Whom to cite. */
  citation: string;
  /** As published, never measured here. */
  accuracy: string;
  /** Whether its pictures need masks. */
  needsMasks: boolean;
  /** What it is for, and what not. */
  intendedUse: string;
}

/** A revision of ianpan/bone-age that three independent projects name. */
const REVISION = "2ab81275b84e9f518f04584177221a1d8c1dc1a5";
const openFile = (path: string, known: Partial<EntryFile> = {}): EntryFile => ({
  path,
  source: `ianpan/bone-age/resolve/${REVISION}/${path}`,
  ...known,
});
const cropFile = (path: string, known: Partial<EntryFile> = {}): EntryFile => ({
  path: `crop/${path}`,
  source: `ianpan/bone-age-crop/resolve/main/${path}`,
  ...known,
});

const RESEARCH = "demonstration and research only; not a medical device, no regulatory approval";

export const ENTRIES: readonly RegistryEntry[] = [
  {
    name: "ianpan-bone-age",
    title: "three ConvNeXt V2 tiny networks, with a cropper",
    licence:
      "published under Apache-2.0 by its author (https://huggingface.co/ianpan/bone-age); derived, as far as its training " +
      "code shows, from weights that timm declares CC BY-NC 4.0 (https://huggingface.co/timm/convnextv2_tiny.fcmae_ft_in22k_in1k). " +
      "Whether both go together is not decided here",
    page: "https://huggingface.co/ianpan/bone-age",
    files: [
      openFile("config.json"),
      openFile("ref_img.png", {
        bytes: 226_538,
        sha256: "fc243a431d60e5486449d2fa0b52627b633f80fe5512599c0f9ba8ca8ca578b6",
      }),
      cropFile("config.json", { bytes: 385 }),
      cropFile("modeling.py"),
      cropFile("model.safetensors"),
      openFile("model.safetensors"),
    ],
    downloadBytes: 343_000_000,
    weights: ["model.safetensors"],
    citation: "Ian Pan: bone-age. Hugging Face, ianpan/bone-age and ianpan/bone-age-crop",
    accuracy:
      "mean absolute error on the 200 RSNA test pictures: 4.16 months with cropper and histogram matching, 4.42 without both",
    needsMasks: false,
    intendedUse: RESEARCH,
  },
  {
    name: "deeplasia",
    title: "Deeplasia's published ensemble of three EfficientNets",
    licence: "CC BY-NC 4.0",
    page: "https://github.com/aimi-bonn/Deeplasia",
    files: [],
    weights: [
      "masked_effnet_supShal_highRes_fancy_aug.ckpt",
      "masked_effnet_super_shallow_fancy_aug.ckpt",
      "masked_effnet-b4_shallow_pretr_fancy_aug.ckpt",
    ],
    onRequest:
      "Its authors give the weights on request: ask as https://github.com/aimi-bonn/Deeplasia describes, then " +
      "`deeplasia-native models add FOLDER --name deeplasia`.",
    citation:
      "Rassmann S, Keller A, Skaf K, et al.: Deeplasia: deep learning for bone age assessment validated on skeletal dysplasias. " +
      "Pediatric Radiology 54 (2024), 82-95",
    accuracy: "mean absolute difference on the 200 RSNA test pictures: 3.87 months",
    needsMasks: true,
    intendedUse: "research only, not a medical device",
  },
];

export function entryNamed(name: string): RegistryEntry | undefined {
  return ENTRIES.find((entry) => entry.name === name);
}
