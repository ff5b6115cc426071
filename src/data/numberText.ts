/** Formats numbers as the reference does: in NumPy's and Python's notation. */

/**
 * Returns the fewest decimal digits that, correctly rounded, give the same float32 again, in the notation of NumPy and so
 * of the reference: `-2.0`, `127.316574`, `1e-05`.
 *
 * @param value a finite float32 value
 */
export function float32Text(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  for (let digits = 1; digits < 9; digits++) {
    const text = roundHalfEven(value, digits);
    if (Math.fround(Number(text)) === value) return decimalText(text);
  }
  return decimalText(value.toPrecision(9));
}

/** Rounds to `digits`. `toPrecision` takes the larger of two equally near decimals; NumPy takes the even one. */
function roundHalfEven(value: number, digits: number): string {
  const exact = value.toExponential(digits);
  const [mantissa = "", exponent] = exact.split("e");
  const isTie = mantissa.endsWith("5") && Number(exact) === value;
  const isEven = /[02468]\.?5$/.test(mantissa);
  return isTie && isEven ? `${mantissa.slice(0, -1)}e${exponent}` : value.toExponential(digits - 1);
}

/** Returns a decimal number in Python's notation: always with a point, or with an exponent from 1e16 and below 1e-4. */
export function decimalText(text: string): string {
  const [mantissa = "", exponentText = "0"] = Number(text).toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  const digits = mantissa.replace(/[-.]/g, "").length;
  return Number(text).toFixed(Math.max(digits - 1 - exponent, 1));
}
