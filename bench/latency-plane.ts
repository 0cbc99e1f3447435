// One event at a time through an embedded plane, and how long each took. Run as a child process: it prints one line of JSON.
import { Agent, request } from 'node:http';
import { zipSync } from 'fflate';
import { Plane } from '../local/index.ts';

const WARM_UP = 100;
const SAMPLES = 400;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const plane = new Plane({ seed: 'bench', onBug: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`) });
const url = await plane.listen(0);
const { kernel } = plane;
const asOperator = <Output>(service: string, operation: string, input: object): Promise<Output> =>
  kernel.request<Output>({ service, operation, input, principal: { type: 'root' } });

/** Posts as a client without an SDK would: over a socket, kept alive. */
function post(target: string, input: object, version: '1.0' | '1.1'): Promise<void> {
  const body = JSON.stringify(input);
  const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target, 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${target} was answered with ${response.statusCode}`))));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A function that does nothing; answers its ARN. */
async function idleFunction(name: string, sourceActions: readonly string[]): Promise<string> {
  const actions = [...sourceActions, 'logs:*'];
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] };
  const grant = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] };
  const { Role } = await asOperator<{ Role: { Arn: string } }>('iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) });
  await asOperator('iam', 'PutRolePolicy', { RoleName: name, PolicyName: 'own', PolicyDocument: JSON.stringify(grant) });
  const code = zipSync({ 'index.js': Buffer.from('exports.handler = async () => {};') });
  const settings = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: Role.Arn };
  const { FunctionArn } = await asOperator<{ FunctionArn: string }>('lambda', 'CreateFunction', { FunctionName: name, Code: { ZipFile: code }, ...settings });
  return FunctionArn;
}

/** A queue that feeds such a function. */
async function consumer(name: string): Promise<{ readonly queueUrl: string; readonly queueArn: string; readonly functionArn: string }> {
  const queueArn = kernel.arn('sqs', name);
  const functionArn = await idleFunction(name, ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']);
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Principal: { Service: 'events.amazonaws.com' }, Resource: queueArn }],
  };
  const { QueueUrl } = await asOperator<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName: name, Attributes: { Policy: JSON.stringify(policy) } });
  await asOperator('lambda', 'CreateEventSourceMapping', { FunctionName: name, EventSourceArn: queueArn, BatchSize: 10 });
  return { queueUrl: QueueUrl, queueArn, functionArn };
}

/** A stream of four shards that feeds such a function. */
async function streamConsumer(name: string): Promise<string> {
  const StreamARN = kernel.arn('kinesis', `stream/${name}`);
  const functionArn = await idleFunction(name, ['kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards', 'kinesis:DescribeStreamSummary']);
  await asOperator('kinesis', 'CreateStream', { StreamName: name, ShardCount: 4 });
  for (let status = ''; status !== 'ACTIVE'; ) {
    const { StreamDescriptionSummary: summary } = await asOperator<{ StreamDescriptionSummary: { StreamStatus: string } }>('kinesis', 'DescribeStreamSummary', {
      StreamARN,
    });
    status = summary.StreamStatus;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await asOperator('lambda', 'CreateEventSourceMapping', { FunctionName: name, EventSourceArn: StreamARN, StartingPosition: 'TRIM_HORIZON' });
  return functionArn;
}

/** When the next invocation of the function starts, and when it has ended, by this process's clock. */
function nextInvocation(functionArn: string): Promise<{ readonly startedMs: number; readonly endedMs: number }> {
  return new Promise((resolve, reject) => {
    let startedMs = 0;
    const stop = kernel.journal.listen(({ kind, arn, detail }) => {
      if (arn !== functionArn) return;
      if (kind === 'invocation-started') startedMs = performance.now();
      if (kind !== 'invocation-ended') return;
      stop();
      if (detail['outcome'] !== 'succeeded') reject(new Error(`The function failed: ${JSON.stringify(detail)}`));
      resolve({ startedMs, endedMs: performance.now() });
    });
  });
}

async function samples(functionArn: string, send: (index: number) => Promise<void>): Promise<{ startMs: number[]; endMs: number[] }> {
  const startMs: number[] = [];
  const endMs: number[] = [];
  for (let index = 0; index < WARM_UP + SAMPLES; index += 1) {
    const invoked = nextInvocation(functionArn);
    const sentMs = performance.now();
    await send(index);
    const { startedMs, endedMs } = await invoked;
    if (index >= WARM_UP) {
      startMs.push(startedMs - sentMs);
      endMs.push(endedMs - sentMs);
    }
    // The poller deletes the message before it waits for the next: one event at a time means from rest to rest.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { startMs, endMs };
}

const direct = await consumer('direct');
const routed = await consumer('routed');
const streamed = await streamConsumer('streamed');
const EventPattern = JSON.stringify({ source: ['bench'], 'detail-type': ['Measured'] });
await asOperator('eventbridge', 'CreateEventBus', { Name: 'bench' });
await asOperator('eventbridge', 'PutRule', { Name: 'measured', EventBusName: 'bench', EventPattern });
await asOperator('eventbridge', 'PutTargets', { Rule: 'measured', EventBusName: 'bench', Targets: [{ Id: 'queue', Arn: routed.queueArn }] });

const queue = await samples(direct.functionArn, (index) => post('AmazonSQS.SendMessage', { QueueUrl: direct.queueUrl, MessageBody: `{"n":${index}}` }, '1.0'));
const bus = await samples(routed.functionArn, (index) =>
  post('AWSEvents.PutEvents', { Entries: [{ EventBusName: 'bench', Source: 'bench', DetailType: 'Measured', Detail: `{"n":${index}}` }] }, '1.1'),
);
const stream = await samples(streamed, (index) =>
  post(
    'Kinesis_20131202.PutRecord',
    { StreamName: 'streamed', PartitionKey: `key-${index % 50}`, Data: Buffer.from(`{"n":${index}}`).toString('base64') },
    '1.1',
  ),
);
process.stdout.write(`${JSON.stringify({ queue, bus, stream })}\n`);
agent.destroy();
await plane.close();
