import { Plane } from '../../../local/plane.ts';
import type { KinesisState } from '../../../local/services/kinesis/state.ts';
import type { JsonAnswer } from '../dynalite/cases.ts';

/** What kinesalite takes for a change of a stream, and its account's limit of shards. */
const TRANSITION_MS = 500;
const SHARD_LIMIT = 10;

/** A plane that is spoken to in Kinesis's own bytes, with the stream that kinesalite's tests share. */
export class KinesisPlane {
  readonly #plane = new Plane({
    accountId: '000000000000',
    region: 'us-east-1',
    clock: { kind: 'virtual', startMs: Date.UTC(2026, 10, 21) },
    seed: 'kinesalite',
  });

  static async open(sharedStream: string | undefined): Promise<KinesisPlane> {
    const plane = new KinesisPlane();
    const state = plane.#plane.kernel.contextFor('kinesis').state as KinesisState;
    state.transitionMs = TRANSITION_MS;
    state.shardLimit = SHARD_LIMIT;
    if (sharedStream === undefined) return plane;
    const { status, body } = await plane.send('Kinesis_20131202.CreateStream', JSON.stringify({ StreamName: sharedStream, ShardCount: 3 }));
    if (status !== 200) throw new Error(`The shared stream could not be made: ${JSON.stringify(body)}`);
    await plane.wait(60_000);
    return plane;
  }

  async send(target: string, body: string): Promise<JsonAnswer> {
    const headers = { host: 'kinesis.us-east-1.amazonaws.com', 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
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
