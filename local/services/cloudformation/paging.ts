import { validationError } from './errors.ts';

/** Entries of one answer: fewer than any bound of CloudFormation's. */
const PAGE_SIZE = 100;

/** A page of a list, and the token of the next. */
export function pageOf<Entry>(
  entries: readonly Entry[],
  token: string | undefined,
): { readonly page: readonly Entry[]; readonly next: { NextToken?: string } } {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0) throw validationError(`Invalid NextToken: ${token}`);
  const end = start + PAGE_SIZE;
  return { page: entries.slice(start, end), next: end < entries.length ? { NextToken: String(end) } : {} };
}
