import { likelyNames } from "../../nearest.js";
import { IGNORED_SETTINGS } from "../../options/train/ignoredSettings.js";
import { CLASS_SECTIONS, SECTIONS, TRAIN_SETTINGS } from "../../options/train/index.js";

const isClassSection = (path: string) => Object.hasOwn(CLASS_SECTIONS, path);

/**
 * Whether a path is a mapping of settings, not a setting. `trainer.logger` is none, for example, though its value may be a
 * mapping. A class may be given as a text in place of its section (`isText`).
 */
export function isSection(path: string, isText: boolean): boolean {
  if (isClassSection(path)) return !isText;
  return Object.hasOwn(SECTIONS, path) || isClassSection(path.replace(/\.init_args$/, ""));
}

/** Returns the path of a setting, or null where there is none: `optimizer` is `optimizer.class_path`. */
export function settingPath(path: string): string | null {
  if (isClassSection(path)) return `${path}.class_path`;
  const isKnown = TRAIN_SETTINGS.has(path) || IGNORED_SETTINGS.has(path);
  return isKnown || isClassSection(path.replace(/\.class_path$/, "")) ? path : null;
}

/** Returns the message about a path that is no setting. */
export function unknownSetting(path: string): string {
  const known = [...TRAIN_SETTINGS.keys(), ...Object.keys(SECTIONS), ...Object.keys(CLASS_SECTIONS)];
  return `unknown setting ${path}${likelyNames(path, known)}`;
}
