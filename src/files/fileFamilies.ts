/** Families of file kinds: what to do where one was given in place of a picture or a model. */

export interface FileKind {
  /** With its article: "a Git LFS pointer". */
  name: string;
  /** What to do where a picture or a mask was expected. */
  pictureRemedy: string;
  /** What to do where a model or a checkpoint was expected. */
  modelRemedy: string;
}

const GIVE_PICTURE = "Give a PNG, JPEG, TIFF, WebP or DICOM file.";
const GIVE_MODEL = "Give the file of weights itself (.pt, .pth, .ckpt or .safetensors).";
const UNPACK = "Unpack it, and give what is in it.";

/** Kinds of files with the same remedies, by their name with its article. */
export type Family = (name: string) => FileKind;

const named =
  (pictureRemedy: string, modelRemedy: string): Family =>
  (name) => ({ name, pictureRemedy, modelRemedy });
export const both = (remedy: string) => named(remedy, remedy);

export const picture = named("Convert it to PNG, without loss.", GIVE_MODEL);
export const film = named("Save the picture that you want from it as PNG.", GIVE_MODEL);
export const dicom = named(GIVE_PICTURE, GIVE_MODEL);
export const volume = named("Save the radiograph in it as an 8- or 16-bit PNG.", GIVE_MODEL);
export const document = named("Save the picture in it as PNG.", GIVE_MODEL);
export const archive = both(UNPACK);
export const asText = both("Copy or download it again, in binary mode.");
export const encoded = both("Decode it (base64 -d FILE > NEW), and give the file that comes out.");
export const model = named("A model is given as `model`; give a picture here.", GIVE_MODEL);
export const otherModel = named(GIVE_PICTURE, "Give the PyTorch file of weights that it was made from.");
export const other = named(GIVE_PICTURE, GIVE_MODEL);
