/** Split-conformal prediction intervals: a half-width that covers the truth with at least the asked probability. */

/**
 * Returns the half-width from the absolute errors of calibration pictures that are exchangeable with those to come: the
 * error of rank ceil((n + 1) * level). Null where there are too few errors for the level.
 */
export function conformalHalfWidth(absoluteErrors: ArrayLike<number>, level: number): number | null {
  const n = absoluteErrors.length;
  // Without the margin 0.9 * 10 would round up to 10 for lack of a double of 0.9.
  const rank = Math.ceil((n + 1) * level - 1e-9);
  return rank > n || n === 0 ? null : Float64Array.from(absoluteErrors).sort()[rank - 1]!;
}

/** The half-widths of groups (Mondrian): a group of fewer than `fewest` gets that of all. */
export function mondrianHalfWidths(
  absoluteErrors: ArrayLike<number>,
  groups: readonly string[],
  level: number,
  fewest: number,
): { all: number | null; byGroup: Map<string, number> } {
  const errorsOf = new Map<string, number[]>();
  groups.forEach((group, i) => {
    const errors = errorsOf.get(group) ?? [];
    errors.push(absoluteErrors[i]!);
    errorsOf.set(group, errors);
  });
  const byGroup = new Map<string, number>();
  for (const [group, errors] of errorsOf) {
    const half = errors.length < fewest ? null : conformalHalfWidth(errors, level);
    if (half !== null) byGroup.set(group, half);
  }
  return { all: conformalHalfWidth(absoluteErrors, level), byGroup };
}
