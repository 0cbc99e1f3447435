import { JsonTokens } from '../../../languages/event-pattern/json-tokens.ts';
import { PatternError } from '../../../languages/event-pattern/pattern-error.ts';

const SOURCE = /\[Source: \(String\)[\s\S]*; line: (\d+), column: (\d+)\]$/;
const SPACE_OR_STRING = /("(?:[^"\\]|\\.)*")|[ \t\n\r]+/g;

/** JSON without the space between its tokens: what SNS hands to the matching engine, whose messages quote it. */
export function compactJson(text: string): string {
  return text.replace(SPACE_OR_STRING, '$1');
}

/** What is wrong with JSON text, in the words of AWS's parser; `undefined` where nothing is. */
export function syntaxError(text: string): string | undefined {
  const tokens = new JsonTokens(text);
  try {
    while (tokens.next() !== 'end');
    return undefined;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return error.message.replace(
      SOURCE,
      (_, line: string, column: string) => `[Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`,
    );
  }
}
