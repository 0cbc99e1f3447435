import type { Codec } from '../../kernel/packed/slabs.ts';
import type { Attributes } from '../dynamodb-expression/attribute-value.ts';
import { isPacked, type KeptItem, type PackedItem, packItem, unpackItem } from './packed-item.ts';

/** A record of a table's stream as it is kept. */
export interface StoredRecord {
  readonly atMs: number;
  readonly name: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** Left out where an image has them. */
  readonly keys: Attributes | undefined;
  readonly newImage: KeptItem | undefined;
  readonly oldImage: KeptItem | undefined;
  readonly sizeBytes: number;
  /** Written by the deletion of an expired item. */
  readonly isExpiry: boolean;
}

const END_OF_HEAD = '\n';
const SEPARATOR = ' ';

/** The length of what is not there. */
const ABSENT = -1;

const textOf = (item: KeptItem): string => (isPacked(item) ? item : packItem(item)).packed;

/** Items as the slabs of their table hold them: the packed text itself. */
export const itemCodec: Codec<KeptItem> = {
  encode: textOf,
  decode: (packed): PackedItem => ({ packed: packed as string }),
};

/** Records as the slabs of their stream hold them: one line with numbers, the lengths of what follows among them. */
export const recordCodec: Codec<StoredRecord> = {
  encode({ atMs, name, keys, newImage, oldImage, sizeBytes, isExpiry }) {
    const parts = [keys && packItem(keys), newImage, oldImage].map((item) => item && textOf(item));
    const head = [atMs, name, sizeBytes, isExpiry ? 1 : 0, ...parts.map((part) => part?.length ?? ABSENT)];
    return [head.join(SEPARATOR), END_OF_HEAD, ...parts].join('');
  },
  decode(packed) {
    const text = packed as string;
    let at = text.indexOf(END_OF_HEAD);
    const [atMs, name, sizeBytes, isExpiry, ...lengths] = text.slice(0, at).split(SEPARATOR);
    at += END_OF_HEAD.length;
    const [keys, newImage, oldImage] = lengths.map((digits): PackedItem | undefined => {
      const length = Number(digits);
      if (length === ABSENT) return undefined;
      at += length;
      return { packed: text.slice(at - length, at) };
    });
    return {
      atMs: Number(atMs),
      name: name as StoredRecord['name'],
      keys: keys && unpackItem(keys),
      newImage,
      oldImage,
      sizeBytes: Number(sizeBytes),
      isExpiry: isExpiry === '1',
    };
  },
};
