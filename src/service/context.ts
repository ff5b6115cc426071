/** What the routes of a service share. */
import type { ServeOptions } from "../options/serve.js";
import type { Admission } from "./admission.js";
import type { ServedModels } from "./loadServedModels.js";
import type { Metrics } from "./metrics.js";

export interface Context {
  options: ServeOptions;
  models: ServedModels;
  admission: Admission;
  metrics: Metrics;
}
