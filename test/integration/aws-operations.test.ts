import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Plane } from '../../local/index.ts';
import { awsOperations } from '../../operations/aws/aws-operations.ts';
import { type Clients, createClients } from '../../operations/clients.ts';
import type { Operations } from '../../operations/operations.ts';
import { describeSystem, type System } from '../../operations/system.ts';

const CREDENTIALS = { accessKeyId: 'operator', secretAccessKey: 'operator' };
const LOOK_MS = 50;

let plane: Plane;
let operations: Operations;
let clients: Clients;
let system: System;

/** The operations know of the plane what AWS would tell: its endpoint, over HTTP, and nothing of this process. */
beforeAll(async () => {
  plane = new Plane({ clock: { kind: 'real', factor: 1 } });
  const endpoint = await plane.listen(0);
  await plane.deploy(inject('assemblyDirectory'));
  const settings = { endpoint, region: 'us-east-1', credentials: CREDENTIALS };
  operations = awsOperations(settings);
  clients = createClients(settings);
  system = await describeSystem(clients.ssm);
}, 60_000);

afterAll(() => plane.close());

async function until<Found>(look: () => Promise<Found | undefined | false>): Promise<Found> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function signUp(userId: string): Promise<string> {
  const data = { userId, email: 'ada@example.com', name: 'Ada', signedUpAt: '2026-01-05T08:00:00.000Z' };
  return (await operations.sendEvent({ type: 'UserSignedUp', data })).eventId;
}

describe('operations over AWS clients', () => {
  it('see the system, and refuse by name what nobody there could tell', async () => {
    const status = await operations.status({});
    expect(status.consumers.map(({ consumer }) => consumer)).toEqual(system.consumers.map(({ consumer }) => consumer));
    expect(status).toMatchObject({ api: system.apiUrl, eventsPublished: undefined });
    const checks = await operations.doctor({});
    expect(checks.filter(({ status: state }) => state === 'failed')).toEqual([]);
    const { events, consumers } = await operations.topology({});
    expect(events.find(({ type }) => type === 'OrderPlaced.v1')?.consumers).toEqual(expect.arrayContaining(['checkout', 'notifications', 'payments']));
    expect(consumers.find(({ consumer }) => consumer === 'payments')?.rule).toMatchObject({ name: 'tickertape-payments', isEnabled: true });
    await expect(operations.meters({})).rejects.toThrow(/^meters is not there on AWS: /);
    await expect(operations.trace({ key: 'nothing' })).rejects.toThrow(/No event with id, correlation id or subject "nothing"/);
  });

  it('pause a consumer, find its lag, and explain what waits and what was processed', async () => {
    expect(await operations.setConsumer({ consumer: 'analytics', isEnabled: false })).toMatchObject({ state: 'Disabled' });
    const eventId = await signUp('u-paused');
    // Nobody remembers there what the bus took, and no outbox has this event.
    expect(await operations.why({ eventId, consumer: 'analytics' })).toMatchObject({ verdict: 'unknown-event' });
    const detail = { specversion: '1.0', id: eventId, dataschema: 'tickertape:users/user-signed-up/v1.0', flow: 'choreography' };
    const event = { source: 'tickertape.users', detailType: 'UserSignedUp', detail: JSON.stringify(detail) };
    expect(await operations.why({ eventId, consumer: 'analytics', event })).toMatchObject({ verdict: 'paused' });
    expect(await operations.why({ eventId, consumer: 'shipping', event })).toMatchObject({ verdict: 'pattern' });
    const lag = await until(async () => (await operations.consumerLags({})).find(({ consumer, visible }) => consumer === 'analytics' && visible === 1));
    expect(lag).toMatchObject({ mapping: 'Disabled', inFlight: 0 });
    expect(await operations.setConsumer({ consumer: 'analytics', isEnabled: true })).toMatchObject({ state: 'Enabled' });
    const explained = await until(async () => {
      const explanation = await operations.why({ eventId, consumer: 'analytics' });
      return explanation.verdict === 'processed' && explanation;
    });
    expect(explained.because).toMatch(/^It was processed at /);
  }, 60_000);

  it('redrive a dead letter and say that it failed again; a job is listed, and a second operator sees it', async () => {
    const { queueUrl } = system.consumers.find(({ consumer }) => consumer === 'analytics') ?? {};
    await clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'no event' }));
    const letters = await until(async () => {
      const found = await operations.showDeadLetters({ where: 'consumer=analytics and reason=malformed' });
      return found.length > 0 && found;
    });
    expect(letters).toHaveLength(1);
    await expect(operations.planEdit({ messageId: letters[0]?.messageId ?? '', data: {}, by: 'ada' })).rejects.toThrow(/holds no event/);
    const plan = await operations.planRedrive({ consumer: 'analytics' });
    const { id } = await operations.startRedrive({ planId: plan.id, canary: 1 });
    const job = await operations.job({ jobId: id, untilEnded: true });
    expect(job).toMatchObject({
      status: 'halted',
      error: 'Of 1 canaries 1 failed again',
      outcomes: { moved: 1, failedAgain: 1, passed: 0, pending: 0, remaining: 0 },
    });
    const other = awsOperations({ endpoint: plane.endpoint, region: 'us-east-1', credentials: CREDENTIALS });
    expect((await other.jobs({}))[0]).toMatchObject({ id, status: 'halted', consumer: 'analytics', planned: 1 });
    await expect(other.cancelJob({ jobId: 'j_none' })).rejects.toThrow(/There is no job "j_none"/);
  }, 60_000);

  it('plan and run a replay of what the archive has, to one consumer', async () => {
    const eventId = await signUp('u-replayed');
    const [archive] = await until(async () => {
      const archives = await operations.archives({});
      return (archives[0]?.events ?? 0) > 0 && archives;
    });
    expect(archive).toMatchObject({ name: 'tickertape', retentionDays: 30, state: 'ENABLED' });
    const request = { from: '1h', to: 'now', consumers: ['users-profile'] };
    const plan = await operations.planReplay(request);
    expect(plan).toMatchObject({
      archive: 'tickertape',
      consumers: ['users-profile'],
      ruleArns: [expect.stringMatching(/rule\/tickertape\/tickertape-users-profile$/)],
    });
    expect(plan.estimate.events).toBeGreaterThan(0);
    expect(plan.warnings.join('\n')).toMatch(/replay-name[\s\S]*no order/);
    const { name } = await operations.startReplay(request);
    const ended = await until(async () => {
      const [replay] = await operations.replays({ name });
      return replay?.state === 'COMPLETED' && replay;
    });
    expect(ended.ruleArns).toEqual(plan.ruleArns);
    expect((await operations.replays({})).map((replay) => replay.name)).toContain(name);
    expect(await operations.why({ eventId, consumer: 'users-profile' })).toMatchObject({ verdict: 'processed' });
    await expect(operations.planReplay({ from: 'now', to: '1h' })).rejects.toThrow(/ends \(1h\) before it begins/);
    await expect(operations.planReplay({ from: 'soon', to: 'now' })).rejects.toThrow(/"soon" is no moment/);
    await expect(operations.planReplay({ ...request, archive: 'other' })).rejects.toThrow(
      /There is no archive "other" of the bus tickertape\. There are: tickertape/,
    );
    await expect(operations.cancelReplay({ name: 'none' })).rejects.toThrow(/There is no replay "none"/);
  }, 60_000);
});
