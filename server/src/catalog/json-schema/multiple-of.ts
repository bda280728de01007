// Whether a number is a multiple of another, exactly as both are written in decimal: 0.3 is one of 0.1.

interface Decimal {
  readonly digits: bigint;
  /** Of ten, by which the digits are multiplied. */
  readonly exponent: number;
}

/** For finite numbers; the factor is greater than zero. */
export function isMultipleOf(value: number | bigint, factor: number | bigint): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(factor)) return Number(value) % Number(factor) === 0;
  const a = toDecimal(value);
  const b = toDecimal(factor);
  const exponent = Math.min(a.exponent, b.exponent);
  return scaled(a, exponent) % scaled(b, exponent) === 0n;
}

/** A double has an exponent of 324 at most, so the digits are bounded. */
function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}

function toDecimal(value: number | bigint): Decimal {
  if (typeof value === 'bigint') return { digits: value, exponent: 0 };
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}
