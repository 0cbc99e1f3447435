import { describe, expect, it } from 'vitest';
import { packItem } from '../../../../local/languages/dynamodb-item/packed-item.ts';
import { itemCodec, recordCodec, type StoredRecord } from '../../../../local/languages/dynamodb-item/stream-record.ts';

const item = { pk: { S: 'a\nb €' }, data: { B: Uint8Array.of(0, 200, 255) } };
const older = { pk: { S: 'a\nb €' }, count: { N: '12' } };

const record: StoredRecord = {
  atMs: 1_767_225_600_123,
  name: 'MODIFY',
  keys: undefined,
  newImage: packItem(item),
  oldImage: packItem(older),
  sizeBytes: 42,
  isExpiry: false,
};

describe('what slabs hold of a table', () => {
  it.each<[string, StoredRecord]>([
    ['both images', record],
    ['an old image only', { ...record, name: 'REMOVE', newImage: undefined, isExpiry: true }],
    ['keys only', { ...record, name: 'INSERT', newImage: undefined, oldImage: undefined, keys: { pk: { S: 'a b' } } }],
  ])('is a record of %s, as it was', (_, kept) => {
    expect(recordCodec.decode(recordCodec.encode(kept))).toEqual(kept);
  });

  it('is packed, though it comes from a folder of the first format', () => {
    expect(itemCodec.decode(itemCodec.encode(item))).toEqual(packItem(item));
    expect(recordCodec.decode(recordCodec.encode({ ...record, newImage: item, oldImage: older }))).toEqual(record);
  });
});
