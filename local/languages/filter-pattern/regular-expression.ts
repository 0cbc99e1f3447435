import { FilterPatternError } from './errors.ts';

/** The characters that may stand in a regular expression beside its operators; groups, look-around and bytes beyond ASCII may not. */
const ALLOWED = /^(?:[A-Za-z0-9:_#=@/;,\- ^$?[\]{}|*+.]|\\x[0-9A-Fa-f]{2}|\\[\x20-\x7e])*$/;

/**
 * Reads what stands between `%` and `%`. Without groups a match costs no more than a polynomial of the message's length.
 * @throws FilterPatternError where the expression has an operator or a character that CloudWatch Logs does not take
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
 */
export function readRegularExpression(source: string): RegExp {
  if (source === '') throw new FilterPatternError('A regular expression is empty');
  if (!ALLOWED.test(source)) throw new FilterPatternError(`The regular expression %${source}% has a character or an operator that is not supported`);
  try {
    return new RegExp(source);
  } catch {
    throw new FilterPatternError(`%${source}% is not a regular expression`);
  }
}
