import type { Chance } from '../../local/kernel/chance.ts';

/** Breaks bytes: flips, cuts, repeats, inserts, nests, or puts something else in their place. */
export function mutateBody(body: Uint8Array, chance: Chance): Uint8Array {
  const place = chance.below(body.byteLength + 1);
  const [head, tail] = [body.subarray(0, place), body.subarray(place)];
  switch (chance.below(12)) {
    case 0:
    case 1:
    case 2:
      return flipped(body, chance);
    case 3:
    case 4:
      return head;
    case 5:
      return Buffer.concat([head, Buffer.from([0xff, 0xfe, 0x80, 0x00]), tail]);
    case 6:
      return Buffer.concat([head, tail.subarray(0, 20), tail]);
    case 7:
      return Buffer.from(body.toString().replace(/"[^"]*"/, () => FRAGMENTS[chance.below(FRAGMENTS.length)] as string));
    case 8:
      return Buffer.concat([head, Buffer.from(FRAGMENTS[chance.below(FRAGMENTS.length)] as string), tail]);
    case 9:
      return chance.below(20) === 0 ? Buffer.from('['.repeat(200_000)) : Buffer.from(`{"a":${'{"a":'.repeat(chance.below(2000))}1`);
    case 10:
      return chance.below(200) === 0 ? Buffer.alloc(17 * 1024 * 1024, 0x20) : new Uint8Array(0);
    default:
      return Buffer.from(Array.from({ length: chance.below(200) }, () => chance.below(256)));
  }
}

const FRAGMENTS = [
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>',
  '&Action=ListQueues',
  '&Attribute.1.Name=All&Attribute.999999999.Value=1',
  '&a.member.1.member.1.member.1=1',
  '%',
  '%zz',
  '1e999',
  '-0',
  '0x10',
  'NaN',
  '"__proto__":{"a":1},',
  '"\\ud800"',
  '\u0000',
  ',,',
  '[]',
  '{}',
  'null',
  // What CBOR says of a map without an end, and of a text of 4 GiB.
  '\u00bf',
  '\u007b\u00ff\u00ff\u00ff\u00ff',
];

function flipped(body: Uint8Array, chance: Chance): Uint8Array {
  const copy = Buffer.from(body);
  for (let count = chance.below(4); count >= 0 && copy.length > 0; count -= 1) copy[chance.below(copy.length)] = chance.below(256);
  return copy;
}

const HEADER_CHANGES: readonly Readonly<Record<string, string | undefined>>[] = [
  { authorization: undefined },
  { authorization: 'AWS4-HMAC-SHA256' },
  { authorization: 'AWS4-HMAC-SHA256 Credential=///' },
  { authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20990101/mars-1/sqs/aws4_request, SignedHeaders=, Signature=zz' },
  { authorization: `Basic ${'A'.repeat(10_000)}` },
  { 'x-amz-date': '00000000T000000Z' },
  { 'x-amz-date': 'yesterday' },
  { 'x-amz-security-token': 'x'.repeat(5000) },
  { 'x-amz-target': undefined },
  { 'x-amz-target': '' },
  { 'x-amz-target': 'AmazonSQS' },
  { 'x-amz-target': 'AmazonSQS.' },
  { 'x-amz-target': 'AmazonSQS.constructor' },
  { 'x-amz-target': 'DynamoDB_20120810.__proto__' },
  { 'x-amz-target': 'Nobody_20200101.DoSomething' },
  { 'content-type': undefined },
  { 'content-type': 'application/cbor' },
  { 'content-type': 'application/x-amz-cbor-1.1' },
  { 'content-type': 'text/xml' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'multipart/form-data' },
  { 'content-encoding': 'gzip' },
  { 'content-encoding': 'br' },
  { 'content-length': '-1' },
  { 'smithy-protocol': 'rpc-v2-cbor' },
  { accept: 'application/xml' },
  { host: '' },
  { host: 'orders.execute-api.localhost:4566' },
  { 'x-amz-invocation-type': 'Nonsense' },
  { 'x-amz-client-context': '***' },
];

/** Changes, drops or forges one or two headers. */
export function mutateHeaders(headers: Readonly<Record<string, string>>, chance: Chance): Record<string, string> {
  const changed: Record<string, string | undefined> = { ...headers };
  for (let count = chance.below(2); count >= 0; count -= 1) Object.assign(changed, HEADER_CHANGES[chance.below(HEADER_CHANGES.length)]);
  return Object.fromEntries(Object.entries(changed).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
