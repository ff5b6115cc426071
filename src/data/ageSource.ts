export const AGE_SOURCES = ["dates", "PatientAge"] as const;

/** What an age comes from: birth and study date, or PatientAge, which is in whole years, months, weeks or days. */
export type AgeSource = (typeof AGE_SOURCES)[number];
