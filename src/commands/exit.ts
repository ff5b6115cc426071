/** What the status of the process says. */

/** All done; failure; wrong usage; finished, but some rows failed. Signals: 128 + their number. */
export const EXIT = { done: 0, failure: 1, usage: 2, rowsFailed: 3 } as const;
