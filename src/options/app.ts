/** Options of `app`: those of `serve` that a person at their own computer may want. */
import { z } from "zod";
import { deviceOptions } from "./device.js";
import { SERVE_GROUPS, serveOptions } from "./serve.js";

const { yes } = SERVE_GROUPS["Run:"];

const page = {
  port: serveOptions.shape.port.unwrap().default(0).meta({
    description: "port of the page; 0: a free one",
    argument: "<n>",
  }),
  addressOnly: z.boolean().default(false).meta({
    description: "print the address of the page, and open no browser",
  }),
};

/** Headings of `--help`, in order, with the options below each. */
export const APP_GROUPS = {
  "Models:": SERVE_GROUPS["Models:"],
  "Page:": page,
  "Run:": { ...deviceOptions, yes },
};

const { port } = page;

/** Options of the library call. */
export const appOptions = z.strictObject({ ...APP_GROUPS["Models:"], port, ...deviceOptions });

export const appFlags = appOptions.extend({ ...page, yes });
