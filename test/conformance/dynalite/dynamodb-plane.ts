import { Plane } from '../../../local/plane.ts';
import type { JsonAnswer } from './cases.ts';
import { SHARED_TABLES } from './tables.ts';

/** A plane with the shared tables, spoken to in DynamoDB's own bytes. */
export class DynamoDbPlane {
  readonly #plane = new Plane({
    accountId: '000000000000',
    region: 'us-east-1',
    clock: { kind: 'virtual', startMs: Date.UTC(2026, 10, 21) },
    seed: 'dynalite',
    tableCreationMs: 500,
  });

  static async open(): Promise<DynamoDbPlane> {
    const plane = new DynamoDbPlane();
    for (const table of SHARED_TABLES) {
      const { status, body } = await plane.send('DynamoDB_20120810.CreateTable', JSON.stringify(table));
      if (status !== 200) throw new Error(`A shared table could not be made: ${JSON.stringify(body)}`);
    }
    await plane.wait(60_000);
    return plane;
  }

  async send(target: string, body: string): Promise<JsonAnswer> {
    const headers = { host: 'dynamodb.us-east-1.amazonaws.com', 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' };
    let answer: JsonAnswer | undefined;
    void this.#plane.dispatch({ method: 'POST', target: '/', headers, body: Buffer.from(body) }).then((response) => {
      const text = Buffer.from(response.body).toString('utf8');
      answer = { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
    });
    await this.#plane.kernel.run({ isDone: () => answer !== undefined });
    if (!answer) throw new Error(`${target} was never answered`);
    return answer;
  }

  async wait(ms: number): Promise<void> {
    await this.#plane.kernel.run({ untilMs: this.#plane.kernel.nowMs() + ms });
  }

  close(): Promise<void> {
    return this.#plane.close();
  }
}
