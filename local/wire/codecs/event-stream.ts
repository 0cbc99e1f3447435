import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';
import type { MessageHeaders } from '@smithy/types';
import { Fault } from '../../kernel/errors.ts';
import type { HttpResponse } from '../../kernel/http.ts';
import type { StructureShape } from '../shapes.ts';
import type { JsonConvert, JsonConverters } from './json-writer.ts';

/** @see https://smithy.io/2.0/aws/amazon-eventstream.html */
const CONTENT_TYPE = 'application/vnd.amazon.eventstream';

const EMPTY = new Uint8Array();
const codec = new EventStreamCodec(toUtf8, fromUtf8);

/** Writes an output one member of which is a stream of events. */
export type EventStreamWriter = (output: object, requestId: string) => HttpResponse;

/** The writer for an output with an event stream; `undefined` where it has none. The other members go into the first message, the initial response. */
export function eventStreamWriter(output: StructureShape, converters: JsonConverters, payloadType: string): EventStreamWriter | undefined {
  const streaming = output.members.find(({ shape, traits }) => shape.kind === 'union' && traits.streaming);
  if (streaming?.shape.kind !== 'union') return undefined;
  const events = new Map(streaming.shape.members.map(({ name, shape }) => [name, converters.of(shape)]));
  return (value, requestId) => {
    const { [streaming.name]: stream, ...initial } = value as Record<string, unknown>;
    return {
      status: 200,
      headers: { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId },
      body: EMPTY,
      stream: new EventMessages(stream as AsyncIterable<object>, { events, payloadType, initial }),
    };
  };
}

interface EventStreamTerms {
  readonly events: ReadonlyMap<string, JsonConvert | undefined>;
  readonly payloadType: string;
  readonly initial: object;
}

const text = (value: string): { type: 'string'; value: string } => ({ type: 'string', value });

function message(headers: Readonly<Record<string, string>>, payload: object): Uint8Array {
  const typed: MessageHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, text(value)]));
  return codec.encode({ headers: typed, body: Buffer.from(JSON.stringify(payload)) });
}

/** The messages of an event stream as bytes. No generator, for it would hear of `return` only between two events. */
class EventMessages implements AsyncIterableIterator<Uint8Array> {
  readonly #events: AsyncIterator<object>;
  readonly #terms: EventStreamTerms;
  #state: 'initial' | 'running' | 'ended' = 'initial';

  constructor(stream: AsyncIterable<object>, terms: EventStreamTerms) {
    this.#events = stream[Symbol.asyncIterator]();
    this.#terms = terms;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const { payloadType, initial } = this.#terms;
    if (this.#state === 'ended') return { done: true, value: undefined };
    if (this.#state === 'initial') {
      this.#state = 'running';
      return { done: false, value: message({ ':message-type': 'event', ':event-type': 'initial-response', ':content-type': payloadType }, initial) };
    }
    try {
      const event = await this.#events.next();
      return event.done ? { done: true, value: undefined } : { done: false, value: this.#written(event.value) };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#state = 'ended';
      const headers = { ':message-type': 'exception', ':exception-type': error.code, ':content-type': payloadType };
      return { done: false, value: message(headers, { message: error.message }) };
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#state = 'ended';
    await this.#events.return?.();
    return { done: true, value: undefined };
  }

  /** An event is a union: the member that it has names it. */
  #written(event: object): Uint8Array {
    const [name, value] = Object.entries(event)[0] as [string, object];
    const convert = this.#terms.events.get(name);
    const headers = { ':message-type': 'event', ':event-type': name, ':content-type': this.#terms.payloadType };
    return message(headers, (convert ? convert(value) : value) as object);
  }
}

/** An answer for those that take bytes only, as functions do. Where it would go on it is ended and refused. */
export function withoutStream(response: HttpResponse): HttpResponse | Promise<HttpResponse> {
  return response.stream ? refused(response.stream) : response;
}

async function refused(stream: AsyncIterable<Uint8Array>): Promise<HttpResponse> {
  await stream[Symbol.asyncIterator]().return?.();
  const body = { __type: 'NotEmulated', message: 'A stream of events (SubscribeToShard) inside a function is not emulated. Read the shard with GetRecords.' };
  return { status: 501, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: Buffer.from(JSON.stringify(body)) };
}
