import { randomBytes } from 'node:crypto';
import { DeleteItemCommand, type DeleteItemCommandOutput, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type Ports, required } from '../ports.ts';
import { tableReader, toItem } from '../table.ts';
import type { Key, Reader } from '../work.ts';
import type { Keys } from './personal.ts';

/** The key of one person. */
export interface SubjectKey {
  /** Tells a key from the one that was there before it was forgotten. */
  readonly id: string;
  /** 256 bits. */
  readonly bytes: Uint8Array;
}

/** Keeps a key for each person. A key that is deleted takes with it all that it sealed, wherever copies of that are. */
export interface KeyStore extends Keys {
  /** The subject's key, made where there is none. */
  make(subject: string): Promise<SubjectKey>;
  /** Deletes the subject's key. Answers whether there was one. */
  forget(subject: string): Promise<boolean>;
}

interface KeyItem extends Key, SubjectKey {
  readonly entity: 'KEY';
  readonly madeAt: string;
}

const KEY_BYTES = 32;
const KEY_ID_BYTES = 9;

const keyOf = (subject: string): Key => ({ pk: `SUBJECT#${subject}`, sk: 'KEY' });

/** Reads keys by a reader, each once: for one unit of work, one answer, one batch. Kept longer, a key would outlive its deletion. */
export function keysBy(reader: Pick<Reader, 'get'>): Keys {
  const read = new Map<string, Promise<SubjectKey | undefined>>();
  return {
    read(subject) {
      const key = read.get(subject) ?? reader.get<KeyItem>(keyOf(subject));
      read.set(subject, key);
      return key;
    },
  };
}

/** Keys in the service's own table, each read once: for one unit of work. */
export function tableKeys(ports: Pick<Ports, 'dynamodb' | 'environment' | 'nowMs'>): KeyStore {
  const reader = tableReader(ports);
  let keys = keysBy(reader);
  const TableName = () => required(ports.environment, 'TABLE_NAME');
  return {
    read: (subject) => keys.read(subject),
    async make(subject) {
      const found = await keys.read(subject);
      if (found) return found;
      const item: KeyItem = {
        ...keyOf(subject),
        entity: 'KEY',
        id: randomBytes(KEY_ID_BYTES).toString('base64url'),
        bytes: randomBytes(KEY_BYTES),
        madeAt: new Date(ports.nowMs()).toISOString(),
      };
      keys = keysBy(reader);
      try {
        await ports.dynamodb.send(new PutItemCommand({ TableName: TableName(), Item: toItem(item), ConditionExpression: 'attribute_not_exists(pk)' }));
        return item;
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
        // Another made it meanwhile. It may have been forgotten since; then this one is made again.
        return this.make(subject);
      }
    },
    async forget(subject) {
      keys = keysBy(reader);
      const command = new DeleteItemCommand({ TableName: TableName(), Key: toItem(keyOf(subject)), ReturnValues: 'ALL_OLD' });
      const { Attributes } = (await ports.dynamodb.send(command)) as DeleteItemCommandOutput;
      return Attributes !== undefined;
    },
  };
}
