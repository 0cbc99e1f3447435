import type { Json } from '../json.ts';
import type { Diagnostic } from './report.ts';

/** The value of a text of JSON, or what the service says of one that is none. */
export function parseDefinitionText(text: string): { readonly value: Json } | { readonly diagnostic: Diagnostic } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { diagnostic: syntaxDiagnostic(text, error) };
  }
}

/**
 * Words the error as the service's JSON parser does.
 *
 * Differs from AWS: only an unknown word is worded alike; the other errors of syntax have the text of Node's parser, at the same place.
 */
function syntaxDiagnostic(text: string, error: SyntaxError): Diagnostic {
  const [, position] = /position (\d+)/.exec(error.message) ?? [];
  const start = error.message.includes('end of JSON') ? text.length : (/^\s*/.exec(text)?.[0].length ?? 0);
  const at = position === undefined ? start : Number(position);
  const rest = text.slice(at);
  const from = at - (/[A-Za-z_]*$/.exec(text.slice(0, at))?.[0].length ?? 0);
  const word = /^[A-Za-z_][\w-]*/.exec(text.slice(from))?.[0];
  const isWord = word !== undefined && !['true', 'false', 'null'].includes(word);
  const location = placeOf(text, isWord ? from + word.length : at);
  const what = isWord
    ? `Unrecognized token '${word}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')`
    : rest === ''
      ? 'Unexpected end-of-input'
      : `Unexpected character ('${rest[0]}' (code ${rest.codePointAt(0)}))`;
  return { severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION', message: `${what}\n at ${location}`, location };
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `[Source: (String)"${text}"; line: ${before.length}, column: ${(before.at(-1)?.length ?? 0) + 1}]`;
}
