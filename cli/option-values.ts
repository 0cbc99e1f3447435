import { InvalidArgumentError } from 'commander';

/** A number above 0; `10/s` is 10. */
export function positiveNumber(text: string): number {
  const value = Number(text.replace(/\/s$/, ''));
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** A whole number above 0. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}

/** A port: 0 is any that is free. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('It must be a port: 0 to 65535, 0 for any that is free.');
  return value;
}

/** An address with its scheme. */
export function httpAddress(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('It must be an address with its scheme, such as http://127.0.0.1:4400.');
  return text.replace(/\/$/, '');
}

/** Collects an option that may be given several times. */
export const collect = (value: string, previous: string[]): string[] => [...previous, value];
