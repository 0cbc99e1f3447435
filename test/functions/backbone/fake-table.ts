import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

type Item = Record<string, unknown>;

/** One write of a request, whatever its kind. */
interface Write {
  readonly Item?: Record<string, never>;
  readonly Key?: Record<string, never>;
  readonly TableName?: string;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, never>;
}

/** The expressions that the backbone writes, over plain items: comparison, `attribute_(not_)exists`, AND, OR, parentheses; SET with `if_not_exists` and `+`, REMOVE. */
class Expressions {
  readonly #tokens: string[];
  readonly #item: Item | undefined;
  readonly #write: Write;
  readonly #values: Item;

  constructor(text: string, item: Item | undefined, write: Write) {
    this.#tokens = text.match(/[#:\w.]+|<>|<=|>=|[()=<>,+-]/g) ?? [];
    this.#item = item;
    this.#write = write;
    this.#values = unmarshall(write.ExpressionAttributeValues ?? {});
  }

  holds(): boolean {
    let result = this.#and();
    while (this.#accept('OR')) {
      const right = this.#and();
      result = result || right;
    }
    return result;
  }

  apply(): Item {
    const after: Item = { ...this.#item };
    while (this.#tokens.length > 0) {
      const clause = this.#tokens.shift();
      do {
        const name = this.#name(this.#tokens.shift() ?? '');
        if (clause === 'REMOVE') delete after[name];
        else if (clause === 'SET') {
          this.#expect('=');
          let value = this.#operand();
          while (this.#tokens[0] === '+' || this.#tokens[0] === '-')
            value = this.#tokens.shift() === '+' ? Number(value) + Number(this.#operand()) : Number(value) - Number(this.#operand());
          after[name] = value;
        } else throw new Error(`The fake table knows no ${clause}`);
      } while (this.#accept(','));
    }
    return after;
  }

  #and(): boolean {
    let result = this.#term();
    while (this.#accept('AND')) {
      const right = this.#term();
      result = result && right;
    }
    return result;
  }

  #term(): boolean {
    if (this.#accept('(')) {
      const inner = this.holds();
      this.#expect(')');
      return inner;
    }
    for (const [name, expected] of [
      ['attribute_exists', true],
      ['attribute_not_exists', false],
    ] as const) {
      if (!this.#accept(name)) continue;
      this.#expect('(');
      const attribute = this.#name(this.#tokens.shift() ?? '');
      this.#expect(')');
      return (this.#item?.[attribute] !== undefined) === expected;
    }
    const left = this.#operand() as number | string | undefined;
    const operator = this.#tokens.shift();
    const right = this.#operand() as number | string | undefined;
    if (left === undefined || right === undefined) return false;
    if (operator === '=') return left === right;
    if (operator === '<') return left < right;
    if (operator === '>=') return left >= right;
    throw new Error(`The fake table knows no ${operator}`);
  }

  #operand(): unknown {
    if (this.#accept('if_not_exists')) {
      this.#expect('(');
      const present = this.#operand();
      this.#expect(',');
      const otherwise = this.#operand();
      this.#expect(')');
      return present ?? otherwise;
    }
    const token = this.#tokens.shift() ?? '';
    return token.startsWith(':') ? this.#values[token] : this.#item?.[this.#name(token)];
  }

  #name(token: string): string {
    return token.startsWith('#') ? (this.#write.ExpressionAttributeNames?.[token] ?? token) : token;
  }

  #accept(token: string): boolean {
    if (this.#tokens[0] !== token) return false;
    this.#tokens.shift();
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw new Error(`The fake table expected ${token} before ${this.#tokens.join(' ')}`);
  }
}

function named(name: string, members: object): Error {
  return Object.assign(new Error(name), { name }, members);
}

/** A DynamoDB client over maps: conditional and transactional writes with their reasons. `calls` has the name of each request; `before` and `after` may throw, as a crash or a lost answer does. */
export class FakeTable {
  readonly tables = new Map<string, Map<string, Item>>();
  readonly calls: string[] = [];
  /** Items that a scan looks at in one page. */
  scanPage = 100;
  before: (operation: string, count: number) => void = () => {};
  after: (operation: string, count: number) => void = () => {};

  items(table = 'table'): Item[] {
    return [...this.#table(table).values()];
  }

  get(table: string, pk: string, sk: string): Item | undefined {
    return this.#table(table).get(`${pk}\u0000${sk}`);
  }

  /** The events that a commit record holds. */
  events(commit: Item | undefined): Record<string, unknown>[] {
    return ((commit?.['events'] ?? []) as string[]).map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  set<T extends { readonly pk: string; readonly sk: string }>(table: string, item: T): void {
    this.#table(table).set(`${item.pk}\u0000${item.sk}`, { ...item });
  }

  async send(command: object): Promise<unknown> {
    await Promise.resolve();
    const operation = command.constructor.name.replace(/Command$/, '');
    const { input } = command as { input: Write & { TransactItems?: Record<string, Write>[]; ReturnValues?: string } };
    this.calls.push(operation);
    this.before(operation, this.calls.length);
    const output = this.#run(operation, input);
    this.after(operation, this.calls.length);
    return output;
  }

  #run(operation: string, input: Write & { TransactItems?: Record<string, Write>[]; ReturnValues?: string }): unknown {
    if (operation === 'GetItem') {
      const item = this.#find(input);
      return item ? { Item: marshall(item, { removeUndefinedValues: true }) } : {};
    }
    if (operation === 'Query') return this.#query(input);
    if (operation === 'Scan') return this.#scan(input);
    if (operation === 'TransactWriteItems') return this.#transact(input.TransactItems ?? []);
    const kind = operation.replace('Item', '');
    const before = this.#find(input);
    if (!this.#allows(input)) throw named('ConditionalCheckFailedException', before ? { Item: marshall(before, { removeUndefinedValues: true }) } : {});
    this.#write(kind, input);
    return input.ReturnValues === 'ALL_OLD' && before ? { Attributes: marshall(before, { removeUndefinedValues: true }) } : {};
  }

  /** By `pk = :pk`, and a begin or a range of the sort key where there is one, in its order. */
  #query(input: Write & { FilterExpression?: string; Limit?: number; ScanIndexForward?: boolean }): unknown {
    const { ':pk': pk, ':sk': prefix = '', ':most': most } = unmarshall(input.ExpressionAttributeValues ?? {});
    const isTaken = (item: Item): boolean => input.FilterExpression === undefined || new Expressions(input.FilterExpression, item, input).holds();
    const isInRange = (sk: string): boolean => (most === undefined ? sk.startsWith(String(prefix)) : sk >= String(prefix) && sk <= String(most));
    const found = this.items(input.TableName).filter((item) => item['pk'] === pk && isInRange(String(item['sk'])) && isTaken(item));
    const sorted = found.sort((a, b) => (String(a['sk']) < String(b['sk']) === (input.ScanIndexForward !== false) ? -1 : 1)).slice(0, input.Limit);
    return { Items: sorted.map((item) => marshall(item, { removeUndefinedValues: true })) };
  }

  /** In parts, by how long the partition key is: any rule that keeps the items of one key together would do. */
  #scan(input: Write & { FilterExpression?: string; Segment?: number; TotalSegments?: number; ExclusiveStartKey?: Record<string, never> }): unknown {
    const { Segment = 0, TotalSegments = 1, ExclusiveStartKey } = input;
    const keyOf = (item: Item): string => `${item['pk']}\u0000${item['sk']}`;
    const start = ExclusiveStartKey ? keyOf(unmarshall(ExclusiveStartKey)) : '';
    const own = this.items(input.TableName).filter((item) => String(item['pk']).length % TotalSegments === Segment && keyOf(item) > start);
    const page = own.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).slice(0, this.scanPage);
    const last = page.length === this.scanPage ? page.at(-1) : undefined;
    const found = page.filter((item) => input.FilterExpression === undefined || new Expressions(input.FilterExpression, item, input).holds());
    return {
      Items: found.map((item) => marshall(item, { removeUndefinedValues: true })),
      ...(last && { LastEvaluatedKey: marshall({ pk: last['pk'], sk: last['sk'] }) }),
    };
  }

  #transact(items: Record<string, Write>[]): unknown {
    const writes = items.map((item) => Object.entries(item)[0] as [string, Write]);
    const reasons = writes.map(([, write]) => {
      const before = this.#find(write);
      return this.#allows(write)
        ? { Code: 'None' }
        : { Code: 'ConditionalCheckFailed', ...(before && { Item: marshall(before, { removeUndefinedValues: true }) }) };
    });
    if (reasons.some(({ Code }) => Code !== 'None')) throw named('TransactionCanceledException', { CancellationReasons: reasons });
    for (const [kind, write] of writes) this.#write(kind, write);
    return {};
  }

  #allows(write: Write): boolean {
    return write.ConditionExpression === undefined || new Expressions(write.ConditionExpression, this.#find(write), write).holds();
  }

  #write(kind: string, write: Write): void {
    const table = this.#table(write.TableName ?? '');
    const key = this.#key(write);
    if (kind === 'Put') table.set(key, unmarshall(write.Item ?? {}));
    else if (kind === 'Delete') table.delete(key);
    else if (kind === 'Update')
      table.set(key, new Expressions(write.UpdateExpression ?? '', { ...unmarshall(write.Key ?? {}), ...table.get(key) }, write).apply());
  }

  #find(write: Write): Item | undefined {
    return this.#table(write.TableName ?? '').get(this.#key(write));
  }

  #key(write: Write): string {
    const { pk, sk } = unmarshall(write.Key ?? write.Item ?? {});
    return `${pk}\u0000${sk}`;
  }

  #table(name: string): Map<string, Item> {
    const table = this.tables.get(name) ?? new Map<string, Item>();
    this.tables.set(name, table);
    return table;
  }
}
