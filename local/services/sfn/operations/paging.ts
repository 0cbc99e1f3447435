import { invalidPageToken } from '../errors.ts';

const LIST_MAX = 100;

/** How many elements a page holds: 0 means the default. */
export function pageSize(maxResults: number | undefined, sizeMax = LIST_MAX): number {
  return maxResults ? maxResults : sizeMax;
}

/** One page of a list; a token says where the next begins. */
export function page<Element>(
  elements: readonly Element[],
  { maxResults, nextToken }: { readonly maxResults?: number | undefined; readonly nextToken?: string | undefined },
): { readonly elements: readonly Element[]; readonly nextToken?: string } {
  const from = readToken(nextToken);
  const end = from + pageSize(maxResults);
  return { elements: elements.slice(from, end), ...(end < elements.length && { nextToken: writeToken(end) }) };
}

/** Where a page begins. */
export function readToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const [, place] = /^page:(\d+)$/.exec(Buffer.from(token, 'base64').toString()) ?? [];
  if (place === undefined) throw invalidPageToken();
  return Number(place);
}

export const writeToken = (place: number): string => Buffer.from(`page:${place}`).toString('base64');
