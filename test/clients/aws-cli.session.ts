import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { AwsCli } from './aws-cli.ts';
import { CLIENTS, clientEnvironment } from './settings.ts';

const directory = mkdtempSync(join(tmpdir(), 'tickertape-clients-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Writes a file for a command, and answers its path. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const HANDLER =
  "exports.handler = async (event) => { console.log('asked for', event.n); if (event.n < 0) throw new RangeError('too small'); return event.n * 2; };";

describe.each(CLIENTS.awsCommands)('$name', ({ name, path }) => {
  const aws = new AwsCli({ path, prefix: name.includes('Debian') ? 'debian' : 'pypi', environment: clientEnvironment(inject('place')) });
  const { prefix } = aws;

  it('asks STS who it is', async () => {
    expect(await aws.json('sts', 'get-caller-identity')).toEqual({
      UserId: '000000000000',
      Account: '000000000000',
      Arn: 'arn:aws:iam::000000000000:root',
    });
  });

  it('sends, receives and deletes', async () => {
    const { url } = await aws.queue('standard');
    const attributes = JSON.stringify({ kind: { DataType: 'String', StringValue: 'greeting' } });
    const sent = await aws.json('sqs', 'send-message', '--queue-url', url, '--message-body', 'naïve ☕ <&>', '--message-attributes', attributes);
    const message = await aws.received(url);
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'naïve ☕ <&>',
      MD5OfBody: sent.MD5OfMessageBody,
      Attributes: { ApproximateReceiveCount: '1' },
    });
    expect(message.MessageAttributes.kind.StringValue).toBe('greeting');
    await aws.text('sqs', 'delete-message', '--queue-url', url, '--receipt-handle', message.ReceiptHandle);
    const { Attributes } = await aws.json('sqs', 'get-queue-attributes', '--queue-url', url, '--attribute-names', 'All');
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0', VisibilityTimeout: '30' });
  });

  it('sends a batch in order to a FIFO queue, without the repetition', async () => {
    const { url } = await aws.queue('ordered.fifo', { FifoQueue: 'true' });
    const entries = ['a', 'b', 'b'].map((body, index) => ({ Id: String(index), MessageBody: body, MessageGroupId: 'g', MessageDeduplicationId: body }));
    const answer = await aws.json('sqs', 'send-message-batch', '--queue-url', url, '--entries', JSON.stringify(entries));
    expect(answer.Successful.map(({ Id }: { Id: string }) => Id)).toEqual(['0', '1', '2']);
    const { Messages } = await aws.json('sqs', 'receive-message', '--queue-url', url, '--max-number-of-messages', '10');
    expect(Messages.map(({ Body }: { Body: string }) => Body)).toEqual(['a', 'b']);
  });

  it('finds a message that failed in the dead-letter queue, and redrives it', async () => {
    const dead = await aws.queue('dead-letters');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
    const source = await aws.queue('source', { RedrivePolicy, VisibilityTimeout: '0' });
    await aws.json('sqs', 'send-message', '--queue-url', source.url, '--message-body', 'poison');
    for (let attempt = 0; attempt < 2; attempt += 1) await aws.json('sqs', 'receive-message', '--queue-url', source.url);
    const count = ['sqs', 'get-queue-attributes', '--queue-url', dead.url, '--attribute-names', 'ApproximateNumberOfMessages'];
    await aws.until(count, ({ Attributes }) => Attributes.ApproximateNumberOfMessages === '1');
    const sources = await aws.json('sqs', 'list-dead-letter-source-queues', '--queue-url', dead.url);
    expect(sources.queueUrls).toEqual([source.url]);
    await aws.text('sqs', 'set-queue-attributes', '--queue-url', source.url, '--attributes', 'VisibilityTimeout=30');
    // Version 2.9 is older than StartMessageMoveTask: what it has are the messages themselves.
    if (prefix === 'debian') {
      const { Body, ReceiptHandle } = await aws.received(dead.url);
      await aws.json('sqs', 'send-message', '--queue-url', source.url, '--message-body', Body);
      await aws.text('sqs', 'delete-message', '--queue-url', dead.url, '--receipt-handle', ReceiptHandle);
    } else await aws.json('sqs', 'start-message-move-task', '--source-arn', dead.arn);
    expect((await aws.received(source.url)).Body).toBe('poison');
  });

  it('says which queue does not exist', async () => {
    expect(await aws.refusal('sqs', 'get-queue-url', '--queue-name', 'nowhere')).toBe(
      'An error occurred (AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation: The specified queue does not exist.',
    );
  });

  it('publishes through a topic with a filter', async () => {
    const { url, arn } = await aws.queue('subscriber');
    const { TopicArn } = await aws.json('sns', 'create-topic', '--name', `${prefix}-topic`);
    const attributes = JSON.stringify({ FilterPolicy: JSON.stringify({ kind: ['wanted'] }) });
    await aws.json('sns', 'subscribe', '--topic-arn', TopicArn, '--protocol', 'sqs', '--notification-endpoint', arn, '--attributes', attributes);
    for (const kind of ['other', 'wanted']) {
      const typed = JSON.stringify({ kind: { DataType: 'String', StringValue: kind } });
      await aws.json('sns', 'publish', '--topic-arn', TopicArn, '--message', `is ${kind}`, '--message-attributes', typed);
    }
    expect(JSON.parse((await aws.received(url)).Body)).toMatchObject({ Type: 'Notification', TopicArn, Message: 'is wanted' });
    const { Subscriptions } = await aws.json('sns', 'list-subscriptions-by-topic', '--topic-arn', TopicArn);
    expect(Subscriptions).toHaveLength(1);
  });

  it('puts, gets and queries items, and is refused where a condition fails', async () => {
    const table = ['--table-name', `${prefix}-table`];
    // Version 1 takes binary values as they are, version 2 in base64.
    const binary = prefix === 'debian' ? 'YWI=' : 'ab';
    const schema = ['--key-schema', 'AttributeName=pk,KeyType=HASH', 'AttributeName=sk,KeyType=RANGE'];
    const types = ['--attribute-definitions', 'AttributeName=pk,AttributeType=S', 'AttributeName=sk,AttributeType=N'];
    await aws.json('dynamodb', 'create-table', ...table, ...schema, ...types, '--billing-mode', 'PAY_PER_REQUEST');
    await aws.text('dynamodb', 'wait', 'table-exists', ...table);
    for (const sk of ['1', '2'])
      await aws.text('dynamodb', 'put-item', ...table, '--item', JSON.stringify({ pk: { S: 'p' }, sk: { N: sk }, raw: { B: binary } }));
    const got = await aws.json('dynamodb', 'get-item', ...table, '--key', JSON.stringify({ pk: { S: 'p' }, sk: { N: '2' } }), '--consistent-read');
    expect(got.Item).toEqual({ pk: { S: 'p' }, sk: { N: '2' }, raw: { B: 'YWI=' } });
    const values = JSON.stringify({ ':p': { S: 'p' } });
    const query = ['dynamodb', 'query', ...table, '--key-condition-expression', 'pk = :p', '--expression-attribute-values', values, '--no-scan-index-forward'];
    expect((await aws.json(...query)).Items.map(({ sk }: { sk: { N: string } }) => sk.N)).toEqual(['2', '1']);
    // The command line pages on by itself.
    expect((await aws.json(...query, '--page-size', '1')).Items).toHaveLength(2);
    const again = [
      'dynamodb',
      'put-item',
      ...table,
      '--item',
      JSON.stringify({ pk: { S: 'p' }, sk: { N: '1' } }),
      '--condition-expression',
      'attribute_not_exists(pk)',
    ];
    expect(await aws.refusal(...again)).toBe(
      'An error occurred (ConditionalCheckFailedException) when calling the PutItem operation: The conditional request failed',
    );
  });

  it('writes a transaction whole or not at all', async () => {
    const put = (pk: string, more: object = {}) => ({ Put: { TableName: `${prefix}-table`, Item: { pk: { S: pk }, sk: { N: '0' } }, ...more } });
    const write = (...items: readonly object[]) => ['dynamodb', 'transact-write-items', '--transact-items', JSON.stringify(items)];
    await aws.text(...write(put('t1'), put('t2')));
    const refusal = await aws.refusal(...write(put('t3'), put('t1', { ConditionExpression: 'attribute_not_exists(pk)' })));
    expect(refusal).toContain('TransactionCanceledException');
    expect(refusal).toContain('[None, ConditionalCheckFailed]');
    const { Count } = await aws.json('dynamodb', 'scan', '--table-name', `${prefix}-table`, '--select', 'COUNT');
    expect(Count).toBe(4);
  });

  it('puts events on a bus, archives and replays them', async () => {
    const { url, arn } = await aws.queue('target');
    const bus = ['--event-bus-name', `${prefix}-bus`];
    const { EventBusArn } = await aws.json('events', 'create-event-bus', '--name', `${prefix}-bus`);
    const { ArchiveArn } = await aws.json('events', 'create-archive', '--archive-name', `${prefix}-archive`, '--event-source-arn', EventBusArn);
    const pattern = JSON.stringify({ source: [prefix], detail: { n: [{ numeric: ['>', 1] }] } });
    const { RuleArn } = await aws.json('events', 'put-rule', '--name', `${prefix}-rule`, ...bus, '--event-pattern', pattern);
    await aws.json('events', 'put-targets', '--rule', `${prefix}-rule`, ...bus, '--targets', `Id=queue,Arn=${arn}`);
    const entries = [1, 2].map((n) => ({ EventBusName: `${prefix}-bus`, Source: prefix, DetailType: 'Counted', Detail: JSON.stringify({ n }) }));
    const put = await aws.json('events', 'put-events', '--entries', JSON.stringify(entries));
    expect(put.FailedEntryCount).toBe(0);
    const first = await aws.received(url);
    expect(JSON.parse(first.Body)).toMatchObject({ 'detail-type': 'Counted', id: put.Entries[1].EventId, detail: { n: 2 } });
    await aws.text('sqs', 'delete-message', '--queue-url', url, '--receipt-handle', first.ReceiptHandle);

    const archive = await aws.until(['events', 'describe-archive', '--archive-name', `${prefix}-archive`], (found) =>
      found.EventCount === 2 ? found : undefined,
    );
    // Version 1 prints seconds.
    const createdMs = prefix === 'debian' ? Date.parse(archive.CreationTime) : archive.CreationTime * 1000;
    const span = ['--event-start-time', new Date(createdMs - 60_000).toISOString(), '--event-end-time', new Date(createdMs + 60_000).toISOString()];
    const destination = JSON.stringify({ Arn: EventBusArn, FilterArns: [RuleArn] });
    const replay = ['--replay-name', `${prefix}-replay`];
    await aws.json('events', 'start-replay', ...replay, '--event-source-arn', ArchiveArn, ...span, '--destination', destination);
    expect(JSON.parse((await aws.received(url)).Body)).toMatchObject({ 'replay-name': `${prefix}-replay`, detail: { n: 2 } });
    await aws.until(['events', 'describe-replay', ...replay], ({ State }) => State === 'COMPLETED');
  });

  it('creates, invokes and maps a function', async () => {
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
    const { Role } = await aws.json('iam', 'create-role', '--role-name', `${prefix}-role`, '--assume-role-policy-document', JSON.stringify(trust));
    const grants = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['sqs:*', 'logs:*'], Resource: '*' }] };
    await aws.text('iam', 'put-role-policy', '--role-name', `${prefix}-role`, '--policy-name', 'grants', '--policy-document', JSON.stringify(grants));
    const zip = file('function.zip', zipSync({ 'index.js': strToU8(HANDLER) }));
    const code = ['--zip-file', `fileb://${zip}`, '--handler', 'index.handler', '--runtime', 'nodejs18.x'];
    const named = ['--function-name', `${prefix}-doubles`];
    await aws.json('lambda', 'create-function', ...named, ...code, '--role', Role.Arn);
    await aws.text('lambda', 'wait', 'function-active', ...named);
    const answer = join(directory, 'answer.json');
    const raw = prefix === 'debian' ? ['--cli-binary-format', 'raw-in-base64-out'] : [];
    const invoked = await aws.json('lambda', 'invoke', ...named, ...raw, '--payload', '{"n": 21}', answer);
    expect([invoked.StatusCode, readFileSync(answer, 'utf8')]).toEqual([200, '42']);
    const failed = await aws.json('lambda', 'invoke', ...named, ...raw, '--payload', '{"n": -1}', answer);
    expect([failed.FunctionError, JSON.parse(readFileSync(answer, 'utf8')).errorType]).toEqual(['Unhandled', 'RangeError']);
    const { Functions } = await aws.json('lambda', 'list-functions');
    expect(Functions.map(({ FunctionName }: { FunctionName: string }) => FunctionName)).toContain(`${prefix}-doubles`);

    const { url, arn } = await aws.queue('mapped', { VisibilityTimeout: '30' });
    const mapping = await aws.json('lambda', 'create-event-source-mapping', ...named, '--event-source-arn', arn);
    await aws.json('sqs', 'send-message', '--queue-url', url, '--message-body', 'for the function');
    const counts = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
    const look = ['sqs', 'get-queue-attributes', '--queue-url', url, '--attribute-names', ...counts];
    await aws.until(look, ({ Attributes }) => counts.every((each) => Attributes[each] === '0'));
    const { EventSourceMappings } = await aws.json('lambda', 'list-event-source-mappings', ...named);
    expect(EventSourceMappings.map(({ UUID }: { UUID: string }) => UUID)).toEqual([mapping.UUID]);
  });

  it('filters and tails what the function printed', async () => {
    const group = `/aws/lambda/${prefix}-doubles`;
    const filter = ['logs', 'filter-log-events', '--log-group-name', group, '--filter-pattern', '"asked for 21"'];
    const message = await aws.until(filter, ({ events }) => events[0]?.message as string | undefined);
    expect(message).toContain('asked for 21');
    // Only version 2 has a command that tails.
    if (prefix === 'debian') expect(await aws.text('logs', 'tail', group, '--since', '10m', '--format', 'short')).toContain('asked for 21');
    const { logGroups } = await aws.json('logs', 'describe-log-groups', '--log-group-name-prefix', group);
    expect(logGroups).toHaveLength(1);
  });

  it('describes the alarms of the system and sets one of its own', async () => {
    const { MetricAlarms } = await aws.json('cloudwatch', 'describe-alarms', '--alarm-name-prefix', 'tickertape-payments');
    expect(MetricAlarms.map(({ AlarmName }: { AlarmName: string }) => AlarmName)).toContain('tickertape-payments-dead-letters');
    const alarm = `--alarm-name ${prefix}-alarm --namespace ${prefix} --metric-name n --statistic Sum --period 60 --evaluation-periods 1 --threshold 100`;
    await aws.text('cloudwatch', 'put-metric-alarm', ...alarm.split(' '), '--comparison-operator', 'GreaterThanThreshold');
    await aws.text('cloudwatch', 'put-metric-data', '--namespace', prefix, '--metric-name', 'n', '--value', '7');
    await aws.text('cloudwatch', 'set-alarm-state', '--alarm-name', `${prefix}-alarm`, '--state-value', 'ALARM', '--state-reason', 'for the test');
    const history = await aws.json('cloudwatch', 'describe-alarm-history', '--alarm-name', `${prefix}-alarm`, '--history-item-type', 'StateUpdate');
    // The alarm's own evaluation may have taken it back since.
    expect(history.AlarmHistoryItems.map(({ HistorySummary }: { HistorySummary: string }) => HistorySummary).join()).toContain('to ALARM');
  });

  it('reads parameters by path', async () => {
    const { Parameters } = await aws.json('ssm', 'get-parameters-by-path', '--path', '/tickertape', '--recursive');
    const names = Parameters.map(({ Name }: { Name: string }) => Name);
    expect(names).toContain('/tickertape/system');
    expect(names.length).toBeGreaterThan(7);
    expect(await aws.refusal('ssm', 'get-parameter', '--name', '/nowhere')).toContain('(ParameterNotFound)');
  });

  it('copies files into and out of a bucket', async () => {
    await aws.text('s3', 'mb', `s3://${prefix}-bucket`);
    // More than the eight megabytes from which on the command line sends parts.
    const large = file('large', Buffer.alloc(9 * 1024 * 1024, 'x'));
    await aws.text('s3', 'cp', large, `s3://${prefix}-bucket/a/large`);
    await aws.text('s3', 'cp', file('small', 'claim'), `s3://${prefix}-bucket/a/small ü`);
    const listing = await aws.text('s3', 'ls', '--recursive', `s3://${prefix}-bucket`);
    expect(
      listing
        .trim()
        .split('\n')
        .map((line) => line.slice(20).trim()),
    ).toEqual(['9437184 a/large', '5 a/small ü']);
    await aws.text('s3', 'cp', `s3://${prefix}-bucket/a/large`, join(directory, 'copy'));
    expect(readFileSync(join(directory, 'copy')).equals(readFileSync(large))).toBe(true);
    await aws.text('s3', 'rb', '--force', `s3://${prefix}-bucket`);
  });

  it('is told by name what is not emulated', async () => {
    expect(await aws.refusal('dynamodb', 'list-backups')).toContain('dynamodb ListBackups is not emulated');
    expect(await aws.refusal('kms', 'list-keys')).toContain('not emulated');
  });
});

it('has at least one command line to run', () => {
  expect(CLIENTS.awsCommands.map(({ name }) => name)).not.toEqual([]);
});
