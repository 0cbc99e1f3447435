import { beforeEach, describe, expect, it } from 'vitest';
import { type Attempt, type ConsumerHandler, consumer, type LeaseOptions } from '../../../functions/backbone/consumer.ts';
import { RetryableError } from '../../../functions/backbone/errors.ts';
import { CustomerNotified, OrderPlaced } from '../../../schemas/index.ts';
import { batchOf, bodyOf, CONTEXT, newWorld, orderEnvelope, sqsRecord, type World } from './world.ts';

const ON = [OrderPlaced.v1] as const;
type Contract = (typeof ON)[number];

let world: World;
let mails: string[];
let attempts: Attempt[];
beforeEach(() => {
  world = newWorld();
  mails = [];
  attempts = [];
});

const mail: ConsumerHandler<Contract> = (event, work, attempt) => {
  attempts.push(attempt);
  mails.push(event.id);
  work.emit(CustomerNotified.v1({ notificationId: work.id('mail'), customerId: event.data.customerId, causeId: event.id }));
};

function run(onUncertain: LeaseOptions<Contract>['onUncertain'], handle: ConsumerHandler<Contract> = mail, record: Parameters<typeof sqsRecord>[1] = {}) {
  const options = { name: 'mail', on: ON, onReplay: 'skip', mode: 'lease', leaseSeconds: 30, onUncertain } as const;
  return consumer(options, handle, world.ports)(batchOf(sqsRecord(bodyOf(orderEnvelope('o1')), { messageId: 'm', ...record })), CONTEXT);
}

const DONE = { batchItemFailures: [] };
const FAILED = { batchItemFailures: [{ itemIdentifier: 'm' }] };
const commit = () => world.table.items()[0];

/** The process ends after the effect: whatever it still wants to write is lost. */
function crashAfterEffect(): void {
  world.table.before = (operation, count) => {
    if (operation !== 'GetItem' && count > 1) throw new Error('crash');
  };
}

function recover(): void {
  world.table.before = () => {};
  world.table.after = () => {};
}

describe('a lease', () => {
  it('claims, lets the effect happen, and completes with the events in the record that the relay publishes', async () => {
    await expect(run('retry')).resolves.toEqual(DONE);
    expect(world.table.calls).toEqual(['UpdateItem', 'UpdateItem']);
    expect(commit()).toMatchObject({ sk: 'COMMIT', entity: 'COMMIT', status: 'COMPLETED' });
    // A finished record does not show how many attempts it took: a disturbed run leaves what an undisturbed one leaves.
    expect(commit()).not.toHaveProperty('attempts');
    expect(commit()).not.toHaveProperty('token');
    expect(world.table.events(commit())[0]).toMatchObject({ type: 'CustomerNotified', causationid: 'event-o1' });
  });

  it('has a duplicate acknowledged without a second effect', async () => {
    await run('retry');
    await expect(run('retry')).resolves.toEqual(DONE);
    expect(mails).toHaveLength(1);
  });

  it('hides a message that another attempt works on until the lease ends', async () => {
    let release = (): void => {};
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = run('retry', async (...all) => {
      await waiting;
      await mail(...all);
    });
    await new Promise((resolve) => setImmediate(resolve));
    await expect(run('retry')).resolves.toEqual(FAILED);
    expect(world.sqs.inputs('ChangeMessageVisibility')).toMatchObject([{ VisibilityTimeout: 30 }]);
    release();
    await expect(first).resolves.toEqual(DONE);
    expect(mails).toHaveLength(1);
  });

  it('is given back by a named error, which says that there was no effect', async () => {
    await expect(
      run('park', () => {
        throw new RetryableError('mail server away');
      }),
    ).resolves.toEqual(FAILED);
    expect(world.table.items()).toEqual([]);
    await expect(run('park')).resolves.toEqual(DONE);
    expect(attempts).toEqual([{ number: 1, isUncertain: false }]);
  });

  it('of a crashed owner is taken over once it is over, and no sooner', async () => {
    crashAfterEffect();
    await run('verify');
    recover();
    await expect(run('verify')).resolves.toEqual(FAILED);
    world.nowMs += 30_001;
    await expect(run('verify')).resolves.toEqual(DONE);
    expect(attempts).toEqual([
      { number: 1, isUncertain: false },
      { number: 1, isUncertain: true },
    ]);
  });

  it('parks the uncertain case, and takes a redrive as the decision to try again', async () => {
    crashAfterEffect();
    await run('park');
    recover();
    world.nowMs += 30_001;
    await expect(run('park')).resolves.toEqual(DONE);
    expect(mails).toHaveLength(1);
    expect(world.table.items('index')).toMatchObject([{ reason: 'business', status: 'dead' }]);
    world.nowMs += 1;
    await run('park', mail, { attributes: { reason: 'business', fingerprint: 'f', firstFailedAt: '2026-03-15T14:32:00.000Z' } });
    expect(mails).toHaveLength(2);
    expect(world.table.items('index')).toMatchObject([{ status: 'resolved' }]);
  });

  it('that was lost is not completed: the new owner keeps the record', async () => {
    const slow: ConsumerHandler<Contract> = async (event, work, attempt) => {
      await mail(event, work, attempt);
      world.nowMs += 30_001;
      await run('retry');
    };
    await expect(run('retry', slow)).resolves.toEqual(DONE);
    expect(mails).toHaveLength(2);
    expect(commit()).toMatchObject({ status: 'COMPLETED' });
  });

  it('is known again when the answer to its claim was lost and the client sent it twice', async () => {
    const send = world.table.send.bind(world.table);
    let isFirst = true;
    world.table.send = async (command) => {
      const answer = await send(command);
      if (!isFirst) return answer;
      isFirst = false;
      return send(command);
    };
    await expect(run('park')).resolves.toEqual(DONE);
    expect(attempts).toEqual([{ number: 1, isUncertain: false }]);
  });
});
