import { invalidParameter } from '../errors.ts';

/** Entries a page. @see https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
const PAGE_MAX = 100;

/** One page of ARNs, by name; a token is the last ARN of the page before. */
export function pageOf(arns: Iterable<string>, token: string | undefined): { readonly page: readonly string[]; readonly NextToken?: string } {
  const after = token === undefined || token === '' ? '' : readToken(token);
  const rest = [...arns].filter((arn) => arn > after).sort();
  const page = rest.slice(0, PAGE_MAX);
  const last = page.at(-1);
  return { page, ...(page.length < rest.length && last !== undefined && { NextToken: Buffer.from(last).toString('base64') }) };
}

function readToken(token: string): string {
  const arn = Buffer.from(token, 'base64').toString();
  if (!arn.startsWith('arn:')) throw invalidParameter('NextToken');
  return arn;
}
