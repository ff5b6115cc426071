/** The columns of tables, by what they hold. */
import type { Estimate } from "../statistics/interval.js";
import type { Column } from "./table.js";

export const text = (title: string): Column => ({ title, kind: "text" });
export const count = (title: string): Column => ({ title, kind: "count" });
export const number = (title: string, digits = 1): Column => ({ title, kind: "number", digits });
export const estimate = (title: string, digits = 2): Column => ({ title, kind: "estimate", digits });
/** A coefficient has a third decimal. */
export const finely = (value: Estimate) => ({ ...value, digits: 3 });
export const shares = (title: string): Column => ({ title, kind: "shareEstimate" });
