/**
 * Numbers as DynamoDB keeps them: up to 38 significant digits, exact, in plain decimal notation without superfluous zeros.
 * Two numbers are equal exactly when their canonical texts are.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number
 */

const SIGNIFICANT_DIGITS_MAX = 38;

/** Magnitudes lie between 1E-130 and 9.99…E+125. */
const EXPONENT_MAX = 125;
const EXPONENT_MIN = -130;

/** A whole number that is canonical as it stands. */
const PLAIN_INTEGER = /^(?:0|-?[1-9]\d{0,37})$/;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;

/** Texts of at most this length have at most 15 significant digits, which a double orders exactly. */
const DOUBLE_TEXT_LENGTH_MAX = 15;

/** Why a text is no DynamoDB number. The texts are AWS's. */
export class DecimalError extends Error {}

/** The canonical text of a number. Throws `DecimalError`. */
export function canonicalDecimal(text: string): string {
  if (PLAIN_INTEGER.test(text)) return text;
  const match = NUMBER.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (!match || whole.length + fraction.length === 0) {
    throw new DecimalError(`The parameter cannot be converted to a numeric value${text === '' ? '' : `: ${text}`}`);
  }
  return fromDigits(match[1] === '-', whole + fraction, whole.length + Number(match[4] ?? 0));
}

/** Writes 0.`digits` × 10^`point`. */
function fromDigits(isNegative: boolean, digits: string, point: number): string {
  let first = 0;
  let end = digits.length;
  while (first < end && digits[first] === '0') first += 1;
  while (end > first && digits[end - 1] === '0') end -= 1;
  if (first === end) return '0';
  const significant = digits.slice(first, end);
  const position = point - first;
  const exponent = position - 1;
  if (exponent > EXPONENT_MAX) throw new DecimalError('Number overflow. Attempting to store a number with magnitude larger than supported range');
  if (exponent < EXPONENT_MIN) throw new DecimalError('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  if (significant.length > SIGNIFICANT_DIGITS_MAX) throw new DecimalError('Attempting to store more than 38 significant digits in a Number');
  const sign = isNegative ? '-' : '';
  if (position <= 0) return `${sign}0.${'0'.repeat(-position)}${significant}`;
  if (position >= significant.length) return sign + significant + '0'.repeat(position - significant.length);
  return `${sign}${significant.slice(0, position)}.${significant.slice(position)}`;
}

/** Orders two canonical numbers: negative, zero or positive. */
export function compareDecimals(a: string, b: string): number {
  if (a === b) return 0;
  if (a.length <= DOUBLE_TEXT_LENGTH_MAX && b.length <= DOUBLE_TEXT_LENGTH_MAX) return Number(a) - Number(b);
  const isANegative = a[0] === '-';
  if (isANegative !== (b[0] === '-')) return isANegative ? -1 : 1;
  return isANegative ? compareMagnitudes(b.slice(1), a.slice(1)) : compareMagnitudes(a, b);
}

function compareMagnitudes(a: string, b: string): number {
  const aWhole = wholeLength(a);
  const bWhole = wholeLength(b);
  if (aWhole !== bWhole) return aWhole - bWhole;
  return a < b ? -1 : a > b ? 1 : 0;
}

function wholeLength(text: string): number {
  const dot = text.indexOf('.');
  return dot === -1 ? text.length : dot;
}

/** The exact sum of two canonical numbers. Throws `DecimalError` where it cannot be stored. */
export function addDecimals(a: string, b: string): string {
  const scale = Math.max(fractionLength(a), fractionLength(b));
  const sum = scaled(a, scale) + scaled(b, scale);
  const isNegative = sum < 0n;
  const digits = (isNegative ? -sum : sum).toString();
  return fromDigits(isNegative, digits, digits.length - scale);
}

/** The number with its sign turned. */
export function negateDecimal(text: string): string {
  if (text === '0') return text;
  return text[0] === '-' ? text.slice(1) : `-${text}`;
}

function fractionLength(text: string): number {
  const dot = text.indexOf('.');
  return dot === -1 ? 0 : text.length - dot - 1;
}

function scaled(text: string, scale: number): bigint {
  const dot = text.indexOf('.');
  const digits = dot === -1 ? text : text.slice(0, dot) + text.slice(dot + 1);
  return BigInt(digits) * 10n ** BigInt(scale - fractionLength(text));
}

/**
 * Bytes a number counts for: one for every two significant digits, one more, and one for a sign.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function decimalSizeBytes(text: string): number {
  const isNegative = text[0] === '-';
  const start = isNegative ? 1 : 0;
  const dot = text.indexOf('.');
  const whole = dot === -1 ? text.slice(start) : text.slice(start, dot);
  const digits = dot === -1 ? whole : whole + text.slice(dot + 1);
  let first = 0;
  let end = digits.length;
  while (first < end && digits[first] === '0') first += 1;
  while (end > first && digits[end - 1] === '0') end -= 1;
  if (first === end) return 1;
  return Math.ceil((end - first) / 2) + 1 + start;
}
