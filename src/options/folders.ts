/** The reference's folders of pictures and masks, which the command uses by default. */
export const DEFAULT_IMG_DIR = "../data/annotated/";
export const DEFAULT_MASK_DIRS = ["../data/masks/tensormask", "../data/masks/unet"];

export const isDefaultFolder = (path: string) => [DEFAULT_IMG_DIR, ...DEFAULT_MASK_DIRS].includes(path);
