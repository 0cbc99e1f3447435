import { decodeCbor } from '../../../local/wire/codecs/cbor.ts';
import type { CaseVerdict } from '../conformance-set.ts';
import { valuesDiffer } from './values.ts';

/** Bytes, and the data item that they are: each with the name of its type, floats by their bits. */
export interface CborCase {
  readonly description: string;
  readonly input: string;
  readonly expect?: CborItem;
  readonly error?: boolean;
}

type CborItem = Readonly<Record<string, unknown>>;

/** Decodes a vector. */
export function tryCbor({ description: id, input, expect, error }: CborCase): CaseVerdict {
  const bytes = Buffer.from(input, 'hex');
  let value: unknown;
  try {
    value = decodeCbor(bytes);
  } catch (refusal) {
    return error ? { id, verdict: 'passed' } : { id, verdict: 'failed', difference: String(refusal) };
  }
  if (error || expect === undefined) return { id, verdict: 'failed', difference: `${input} is no data item, and was read as ${JSON.stringify(value)}` };
  const difference = valuesDiffer(jsonOf(expect), value);
  return difference === undefined ? { id, verdict: 'passed' } : { id, verdict: 'failed', difference };
}

function jsonOf(item: CborItem): unknown {
  const [[type, value] = ['', undefined]] = Object.entries(item);
  switch (type) {
    case 'null':
      return null;
    case 'bytestring':
      return Buffer.from(value as number[]).toString('base64');
    case 'list':
      return (value as CborItem[]).map(jsonOf);
    case 'map':
      return Object.fromEntries(Object.entries(value as Record<string, CborItem>).map(([key, entry]) => [key, jsonOf(entry)]));
    case 'tag':
      return jsonOf((value as { readonly value: CborItem }).value);
    case 'float32':
      return floatOf(4, BigInt(value as number));
    case 'float64':
      return floatOf(8, BigInt(value as number));
    default:
      return value;
  }
}

function floatOf(bytes: 4 | 8, bits: bigint): number {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(bits);
  return bytes === 8 ? buffer.readDoubleBE() : buffer.readFloatBE(4);
}
