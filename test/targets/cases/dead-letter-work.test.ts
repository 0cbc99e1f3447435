import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { describe, expect, vi } from 'vitest';
import type { RedriveJob, RedriveOptions } from '../../../operations/redrive/job.ts';
import { onEveryTarget, type Target } from '../target.ts';

// A thousand attempts on one clock take their time; on a real one their back-off does.
vi.setConfig({ testTimeout: 900_000 });

/** It takes one event, emits none, and no other case sends it anything. */
const CONSUMER = 'users-profile';

const COUNTS = { defect: 200, invalid: 100, foreign: 80, mismatch: 32 } as const;
const TOTAL = Object.values(COUNTS).reduce((sum, count) => sum + count, 0);
type Cause = keyof typeof COUNTS;

/** Names one of a cause: subject of its event. */
const subjectOf = ({ unique }: Target, cause: Cause, index: number): string => `${unique}-${cause}-${index}`;

/** Only what this case has sent. */
const ours = ({ unique }: Target, more = ''): string => `subject=${unique}-*${more}`;

/** The message that EventBridge would put into the queue. */
function messageOf(target: Target, cause: Cause, index: number, data: Record<string, unknown>): string {
  const subject = subjectOf(target, cause, index);
  const type = cause === 'foreign' ? 'OrderConfirmed' : 'UserSignedUp';
  const detail = {
    specversion: '1.0',
    id: `${subject}-event`,
    source: 'tickertape.users',
    type,
    time: '2026-01-05T08:00:00.000Z',
    subject,
    datacontenttype: 'application/json',
    dataschema: cause === 'foreign' ? 'tickertape:orders/order-confirmed/v1.0' : 'tickertape:users/user-signed-up/v1.0',
    correlationid: `${subject}-event`,
    causationid: `${subject}-event`,
    traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
    partitionkey: subject,
    flow: 'choreography',
    data: { userId: subject, name: 'Ada', email: 'ada@example.com', signedUpAt: '2026-01-05T08:00:00.000Z', ...data },
  };
  return JSON.stringify({ version: '0', id: `${subject}-bus`, source: detail.source, 'detail-type': type, detail });
}

async function send(target: Target, cause: Cause, data: Record<string, unknown> = {}): Promise<void> {
  const queueUrl = target.system.consumers.find(({ consumer }) => consumer === CONSUMER)?.queueUrl;
  for (let start = 0; start < COUNTS[cause]; start += 10) {
    const size = Math.min(10, COUNTS[cause] - start);
    const entries = Array.from(
      { length: size },
      (_, place): SendMessageBatchRequestEntry => ({ Id: String(place), MessageBody: messageOf(target, cause, start + place, data) }),
    );
    await target.complete(target.clients.sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries })));
  }
}

/** Takes a variable from the function, or gives it back. */
async function setTableName(target: Target, tableName: string | undefined): Promise<void> {
  const FunctionName = target.system.consumers.find(({ consumer }) => consumer === CONSUMER)?.functionName;
  const { Environment: environment } = await target.complete(target.clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })));
  const { TABLE_NAME: _, ...rest } = environment?.Variables ?? {};
  const variables = { ...rest, ...(tableName !== undefined && { TABLE_NAME: tableName }) };
  await target.complete(target.clients.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: variables } })));
  await target.eventually('the function is updated', async () => {
    const { LastUpdateStatus: status } = await target.clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return status === 'Successful' || undefined;
  });
}

const lettersOf = (target: Target, where: string): Promise<number> => target.operations.showDeadLetters({ key: CONSUMER, where }).then(({ length }) => length);

async function untilDead(target: Target, cause: Cause): Promise<void> {
  await target.eventually(`${COUNTS[cause]} dead letters (${cause})`, async () =>
    (await lettersOf(target, `subject=${target.unique}-${cause}-*`)) === COUNTS[cause] ? true : undefined,
  );
}

/** Plants the failures, and leaves the function mended. */
async function plant(target: Target): Promise<void> {
  const consumer = target.system.consumers.find((one) => one.consumer === CONSUMER);
  await send(target, 'mismatch');
  await target.eventually('the first of each pair is processed', async () => {
    const keys = Array.from({ length: COUNTS.mismatch }, (_, index) => ({
      pk: { S: `PROFILE#${subjectOf(target, 'mismatch', index)}` },
      sk: { S: 'PROFILE' },
    }));
    const profiles = await target.clients.dynamodb.send(
      new BatchGetItemCommand({ RequestItems: { [consumer?.tableName ?? '']: { Keys: keys, ConsistentRead: true } } }),
    );
    return profiles.Responses?.[consumer?.tableName ?? '']?.length === COUNTS.mismatch || undefined;
  });
  await send(target, 'mismatch', { name: 'Grace' });
  await send(target, 'invalid', { signedUpAt: 'yesterday' });
  await send(target, 'foreign');
  for (const cause of ['mismatch', 'invalid', 'foreign'] as const) await untilDead(target, cause);
  await setTableName(target, undefined);
  await send(target, 'defect');
  await untilDead(target, 'defect');
  await setTableName(target, consumer?.tableName);
}

async function redrive(target: Target, where: string, options: RedriveOptions): Promise<RedriveJob> {
  const { operations } = target;
  const plan = await target.complete(operations.planRedrive({ consumer: CONSUMER, where }));
  const { id } = await target.complete(operations.startRedrive({ planId: plan.id, ...options }));
  return target.complete(operations.job({ jobId: id, untilEnded: true }));
}

/** Each message of a plan is counted once. */
function accounted({ plan, outcomes }: RedriveJob): boolean {
  const { moved, gone, remaining, passed, failedAgain, pending } = outcomes;
  return moved + gone + remaining === plan.messages.length && passed + failedAgain + pending === moved;
}

describe('dead-letter work', () => {
  onEveryTarget(
    `${TOTAL} failures of four causes are grouped, edited, redriven with canary and halt, exported, imported, discarded, and all accounted for`,
    async (target) => {
      const { operations } = target;
      await plant(target);

      const groups = await target.complete(operations.groupDeadLetters({ key: CONSUMER, where: ours(target) }));
      expect(groups.map(({ consumer, reason, count }) => ({ consumer, reason, count }))).toEqual([
        { consumer: CONSUMER, reason: 'defect', count: COUNTS.defect },
        { consumer: CONSUMER, reason: 'malformed', count: COUNTS.invalid },
        { consumer: CONSUMER, reason: 'malformed', count: COUNTS.foreign },
        { consumer: CONSUMER, reason: 'malformed', count: COUNTS.mismatch },
      ]);
      const [defect, invalid, foreign, mismatch] = groups.map(({ fingerprint }) => ours(target, ` and fingerprint=${fingerprint?.slice(0, 8)}`));

      // One is edited: first as its schema does not allow, then well.
      const [letter] = await target.complete(operations.showDeadLetters({ key: CONSUMER, where: `${invalid} and subject=${subjectOf(target, 'invalid', 7)}` }));
      const { data } = (JSON.parse(letter?.payload ?? '') as { detail: { data: Record<string, unknown> } }).detail;
      const edit = { messageId: letter?.messageId ?? '', by: 'grace', because: 'the date was a word' };
      await expect(target.complete(operations.planEdit({ ...edit, data: { ...data, signedUpAt: 'today' } }))).rejects.toThrow(/signedUpAt/);
      const edited = await target.complete(operations.planEdit({ ...edit, data: { ...data, signedUpAt: '2026-01-04T08:00:00.000Z' } }));
      expect(edited.edit?.changes).toEqual([{ path: 'data.signedUpAt', before: 'yesterday', after: '2026-01-04T08:00:00.000Z' }]);
      const { id } = await target.complete(operations.startRedrive({ planId: edited.id }));
      expect((await target.complete(operations.job({ jobId: id, untilEnded: true }))).outcomes).toMatchObject({
        moved: 1,
        passed: 1,
        failedAgain: 0,
        pending: 0,
      });
      const { verdict } = await target.complete(operations.why({ eventId: letter?.eventId ?? '', consumer: CONSUMER }));
      expect(verdict).toBe('processed');

      // The mended group passes, canaries first; a group that was not mended is halted by its canaries; another by its count.
      const passed = await redrive(target, defect ?? '', { canary: 5, haltAt: '3%' });
      expect(passed).toMatchObject({
        status: 'done',
        outcomes: { moved: COUNTS.defect, passed: COUNTS.defect, failedAgain: 0, pending: 0, gone: 0, remaining: 0 },
      });
      const canaries = await redrive(target, foreign ?? '', { canary: 5 });
      expect(canaries).toMatchObject({ status: 'halted', outcomes: { moved: 5, failedAgain: 5, passed: 0, pending: 0, remaining: COUNTS.foreign - 5 } });
      const halted = await redrive(target, invalid ?? '', { haltAt: '10' });
      expect(halted).toMatchObject({ status: 'halted', error: expect.stringMatching(/failed again; it was to halt at 10/) });
      expect(halted.outcomes.failedAgain).toBeGreaterThanOrEqual(10);
      expect(halted.outcomes.failedAgain).toBeLessThan(20);
      for (const job of [passed, canaries, halted]) expect(accounted(job)).toBe(true);

      // What is left is all there; out it goes, and in again, once.
      const left = TOTAL - 1 - COUNTS.defect;
      const exported = await target.complete(operations.exportDeadLetters({ consumer: CONSUMER, where: ours(target) }));
      expect(new Set(exported.map(({ eventKey }) => eventKey)).size).toBe(left);
      expect(exported).toHaveLength(left);
      const messageIds = exported.map(({ messageId }) => messageId);
      const removal = { status: 'exported', because: 'to look at them', by: 'grace' } as const;
      expect(await target.complete(operations.removeDeadLetters({ consumer: CONSUMER, messageIds, removal }))).toEqual({ removed: left, skipped: 0 });
      expect(await target.complete(lettersOf(target, ours(target)))).toBe(0);
      const broken = await target.complete(operations.importDeadLetters({ letters: exported.slice(0, 50) }));
      expect(broken).toEqual({ imported: 50, alreadyThere: 0, importedBefore: 0, processedSince: 0, unknownConsumer: [] });
      const whole = await target.complete(operations.importDeadLetters({ letters: exported }));
      expect(whole).toEqual({ imported: left - 50, alreadyThere: 50, importedBefore: 0, processedSince: 0, unknownConsumer: [] });
      const again = await target.complete(operations.groupDeadLetters({ key: CONSUMER, where: ours(target) }));
      expect(again.map(({ count }) => count)).toEqual([COUNTS.invalid - 1, COUNTS.foreign, COUNTS.mismatch]);

      // What nobody wants is discarded, and a file that was imported brings it back no second time.
      const unwanted = await target.complete(operations.exportDeadLetters({ consumer: CONSUMER, where: mismatch }));
      const ids = unwanted.map(({ messageId }) => messageId);
      const discard = { status: 'discarded', because: 'the first of each pair is right', by: 'grace' } as const;
      expect(await target.complete(operations.removeDeadLetters({ consumer: CONSUMER, messageIds: ids, removal: discard }))).toEqual({
        removed: COUNTS.mismatch,
        skipped: 0,
      });
      const late = await target.complete(operations.importDeadLetters({ letters: exported }));
      expect(late).toEqual({ imported: 0, alreadyThere: left - COUNTS.mismatch, importedBefore: COUNTS.mismatch, processedSince: 0, unknownConsumer: [] });
      expect(await target.complete(lettersOf(target, ours(target)))).toBe(left - COUNTS.mismatch);
      const jobs = await target.complete(operations.jobs({}));
      expect(jobs.slice(0, 4).map(({ status, planned }) => ({ status, planned }))).toEqual([
        { status: 'halted', planned: COUNTS.invalid - 1 },
        { status: 'halted', planned: COUNTS.foreign },
        { status: 'done', planned: COUNTS.defect },
        { status: 'done', planned: 1 },
      ]);
    },
  );
});
