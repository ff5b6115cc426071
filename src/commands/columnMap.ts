/** The value of `cohort import generic --map`: which column of a table holds what. */
import { DeeplasiaError } from "../errors.js";
import type { ColumnMap } from "../options/cohort.js";

/** `image=File Name,male=Boy,age=Age,unit=years` as an object. Throws ERR_DEEPLASIA_OPTION. */
export function columnMap(text: string): ColumnMap {
  const parts = text.split(",").filter((part) => part.trim() !== "");
  return Object.fromEntries(
    parts.map((part) => {
      const [field = "", ...column] = part.split("=");
      const name = column.join("=").trim();
      if (name !== "") return [field.trim(), name];
      throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `--map: "${part}" is not field=column`, {
        remedy: "Give --map image=COLUMN,sex=COLUMN,age=COLUMN,unit=months (or years).",
      });
    }),
  );
}
