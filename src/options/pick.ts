/** Returns the values whose names a schema's shape has. */
export function pick<Shape extends object, T extends object>(
  values: T,
  shape: Shape,
): Pick<T, keyof Shape & keyof T> {
  const known = Object.entries(values).filter(([name]) => Object.hasOwn(shape, name));
  return Object.fromEntries(known) as Pick<T, keyof Shape & keyof T>;
}
