import { HttpProblem } from '../http/http.ts';

/** What a reader has to know of a write that it must see: the aggregate and its version after the write. */
export interface Token {
  readonly id: string;
  readonly sequence: number;
}

/** As a text, for a query parameter. */
export const tokenText = ({ id, sequence }: Token): string => `${id}:${sequence}`;

/** Reads a token. @throws {HttpProblem} 400 where the text is none */
export function readToken(text: string): Token {
  const cut = text.lastIndexOf(':');
  const sequence = Number(text.slice(cut + 1));
  if (cut < 1 || !Number.isSafeInteger(sequence) || sequence < 1)
    throw new HttpProblem(400, 'Invalid token', '`after` is the `token` of the answer to a write: <id>:<sequence>');
  return { id: text.slice(0, cut), sequence };
}
