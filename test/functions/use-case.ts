import type { ConsumerHandler, EventOf } from '../../functions/backbone/consumer.ts';
import { repeatingConflicts } from '../../functions/backbone/delivery/attempt.ts';
import type { Cause, Envelope } from '../../functions/backbone/envelope.ts';
import { publishedOf } from '../../functions/backbone/event-store/append.ts';
import type { Tip } from '../../functions/backbone/event-store/items.ts';
import type { Command, CommandHandler } from '../../functions/backbone/http/command.ts';
import type { Answer } from '../../functions/backbone/http/http.ts';
import { UnitOfWork } from '../../functions/backbone/unit-of-work.ts';
import type { EventContract, Payload } from '../../schemas/index.ts';
import { newWorld, type World } from './backbone/world.ts';

export { newWorld, type World };

const CAUSE: Cause = {
  id: 'cause',
  correlationid: 'correlation',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  flow: 'choreography',
};

let commits = 0;

const tipsOf = (world: World): Tip[] => world.table.items().filter(({ entity }) => entity === 'TIP') as unknown as Tip[];

async function commit(world: World, work: UnitOfWork): Promise<Envelope[]> {
  commits += 1;
  const key = { pk: `COMMIT#${commits}`, sk: 'COMMIT' };
  const before = new Map(tipsOf(world).map(({ pk, version }) => [pk, version]));
  await work.commit({ kind: 'put', record: key, condition: { expression: 'attribute_not_exists(pk)' } });
  const emitted = world.table.events(world.table.get('table', key.pk, key.sk)) as unknown as Envelope[];
  return [
    ...emitted,
    ...tipsOf(world).flatMap((tip) => (before.get(tip.pk) === tip.version ? [] : publishedOf(tip).map((text) => JSON.parse(text) as Envelope))),
  ];
}

/** The event that a payload becomes. */
type EnvelopeOf<P extends Payload> = P extends Payload<infer Type, infer Data> ? Envelope<Type, Data> : never;

/** An event with the data of a payload, as a consumer gets it. */
export function eventOf<P extends Payload>(payload: P, id = 'event'): EnvelopeOf<P> {
  const envelope: Envelope = {
    specversion: '1.0',
    id,
    time: '2026-03-15T14:00:00.000Z',
    datacontenttype: 'application/json',
    correlationid: CAUSE.correlationid,
    causationid: CAUSE.id,
    traceparent: CAUSE.traceparent,
    flow: CAUSE.flow,
    ...payload,
  };
  return envelope as EnvelopeOf<P>;
}

/** Runs a use case on an event and commits what it wants, as the backbone does; answers the emitted events. */
export function consume<C extends EventContract>(world: World, handle: ConsumerHandler<C>, event: EventOf<C>): Promise<Envelope[]> {
  return repeatingConflicts(world.ports, async () => {
    const work = new UnitOfWork({ ports: world.ports, cause: CAUSE, identity: ['test', event.id] });
    await handle(event, work, { number: 1, isUncertain: false });
    return commit(world, work);
  });
}

/** Runs a use case on a command and commits what it wants. */
export function execute<Data>(
  world: World,
  handle: CommandHandler<Data>,
  data: Data,
  id = 'key',
): Promise<{ readonly answer: Answer; readonly events: Envelope[] }> {
  const command: Command<Data> = { id, data, receivedAt: '2026-03-15T14:32:00.000Z', correlationId: 'correlation' };
  return repeatingConflicts(world.ports, async () => {
    const work = new UnitOfWork({ ports: world.ports, cause: CAUSE, identity: ['test', id] });
    const answer = await handle(command, work);
    return { answer, events: await commit(world, work) };
  });
}

/** Types of events, in order. */
export function typesOf(events: readonly Envelope[]): string[] {
  return events.map(({ type }) => type);
}
