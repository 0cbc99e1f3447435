import { expect } from 'vitest';
import { run } from './commands.ts';

/** One `aws` command line, and a prefix that keeps what it makes apart from what others make. */
export class AwsCli {
  readonly prefix: string;
  readonly #path: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor({ path, prefix, environment }: { readonly path: string; readonly prefix: string; readonly environment: NodeJS.ProcessEnv }) {
    this.#path = path;
    this.prefix = prefix;
    this.#environment = environment;
  }

  /** Runs a command that must succeed; answers what it printed. */
  async text(...args: readonly string[]): Promise<string> {
    const outcome = await this.#run(args);
    expect(outcome.error, `aws ${args.join(' ')}`).toBe('');
    expect(outcome.code).toBe(0);
    return outcome.out;
  }

  /** Runs a command that must succeed; answers the JSON that it printed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  async json(...args: readonly string[]): Promise<any> {
    const text = await this.text(...args);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Runs a command that must fail; answers what it wrote to its error stream. */
  async refusal(...args: readonly string[]): Promise<string> {
    const outcome = await this.#run(args);
    expect(outcome.code, `aws ${args.join(' ')} succeeded: ${outcome.out}`).not.toBe(0);
    return outcome.error.trim();
  }

  /** Runs a command again and again until `found` finds something in its JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  async until<Found>(args: readonly string[], found: (answer: any) => Found | undefined): Promise<Found> {
    const endMs = performance.now() + UNTIL_MS_MAX;
    for (;;) {
      const result = found((await this.json(...args)) ?? {});
      if (result !== undefined && result !== false) return result;
      if (performance.now() > endMs) throw new Error(`Not within ${UNTIL_MS_MAX} ms: aws ${args.join(' ')}`);
    }
  }

  /** Makes a queue that `service` may send to; answers its URL and ARN. */
  async queue(name: string, attributes: Readonly<Record<string, string>> = {}): Promise<{ readonly url: string; readonly arn: string }> {
    const queueName = `${this.prefix}-${name}`;
    const arn = `arn:aws:sqs:us-east-1:000000000000:${queueName}`;
    const statement = { Effect: 'Allow', Principal: { Service: ['sns.amazonaws.com', 'events.amazonaws.com'] }, Action: 'sqs:SendMessage', Resource: arn };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const made = await this.json('sqs', 'create-queue', '--queue-name', queueName, '--attributes', JSON.stringify({ Policy, ...attributes }));
    return { url: made.QueueUrl, arn };
  }

  /** Waits for a message. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  received(url: string): Promise<any> {
    const receive = ['sqs', 'receive-message', '--queue-url', url, '--wait-time-seconds', '5', '--attribute-names', 'All', '--message-attribute-names', 'All'];
    return this.until(receive, ({ Messages }) => Messages?.[0]);
  }

  /** The endpoint is said as an option too: 2.9 does not know `AWS_ENDPOINT_URL`, and version 1 does not heed it for SQS. */
  #run(args: readonly string[]): ReturnType<typeof run> {
    return run(this.#path, ['--endpoint-url', this.#environment['AWS_ENDPOINT_URL'] ?? '', '--output', 'json', ...args], this.#environment);
  }
}

const UNTIL_MS_MAX = 45_000;
