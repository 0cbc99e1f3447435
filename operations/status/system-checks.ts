import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Clients } from '../clients.ts';
import { consumerMapping, type MappingStatus, mappingOf } from '../consumers/mapping.ts';
import { ruleOf } from '../consumers/rule.ts';
import type { JobRecord } from '../redrive/job-store.ts';
import { listArchives } from '../replays/archives.ts';
import { type ConsumerDescription, describeSystem, NoSystemError, type System } from '../system.ts';
import type { Check } from './check.ts';
import { systemStatus } from './status.ts';

/** Looks at a deployed system: who asks, what is deployed, and whether each consumer's way is open. Never throws for what it is there to find. */
export async function systemChecks(clients: Clients, listJobs: () => Promise<readonly JobRecord[]>): Promise<Check[]> {
  const identity = await checkIdentity(clients);
  if (identity.status === 'failed') return [identity];
  let system: System;
  try {
    system = await describeSystem(clients.ssm);
  } catch (error) {
    const advice = error instanceof NoSystemError ? '`npx cdk deploy --all`, or `npm start` for a system on this machine.' : undefined;
    return [identity, { name: 'system', status: 'failed', text: (error as Error).message, advice }];
  }
  const deployed: Check = { name: 'system', status: 'ok', text: `bus ${system.busName}, ${system.consumers.length} consumers` };
  const checks = await Promise.all([
    ...system.consumers.map((consumer) => checkConsumer(clients, system, consumer)),
    checkRelays(clients, system),
    checkDeadLetters(clients, system),
    checkArchive(clients, system),
    checkJobs(listJobs),
  ]);
  return [identity, deployed, ...checks];
}

async function checkIdentity({ sts }: Clients): Promise<Check> {
  try {
    const { Arn, Account } = await sts.send(new GetCallerIdentityCommand({}));
    return { name: 'credentials', status: 'ok', text: `${Arn} of account ${Account}` };
  } catch (error) {
    const { name, message } = error as Error;
    return {
      name: 'credentials',
      status: 'failed',
      text: `${name}: ${message}`,
      advice: 'Say who you are (`--profile`, AWS_ACCESS_KEY_ID) and where (`--region`, `--endpoint`).',
    };
  }
}

async function checkConsumer(clients: Clients, { busName }: System, consumer: ConsumerDescription): Promise<Check> {
  const name = `consumer ${consumer.consumer}`;
  try {
    const [rule, mapping] = await Promise.all([
      consumer.group ? undefined : ruleOf(clients.eventbridge, busName, consumer),
      consumerMapping(clients.lambda, consumer),
    ]);
    if (consumer.group) return checkGroup(name, consumer, mapping);
    if (!rule && consumer.source === 'queue') return { name, status: 'failed', text: 'no rule leads to its queue', advice: 'Deploy its stack again.' };
    if (rule && !rule.hasTarget) return { name, status: 'failed', text: `its queue is no target of the rule ${rule.name}`, advice: 'Deploy its stack again.' };
    if (mapping.state === 'missing') return { name, status: 'failed', text: 'no event source mapping takes from its queue', advice: 'Deploy its stack again.' };
    if (rule && !rule.isEnabled)
      return {
        name,
        status: 'warning',
        text: `the rule ${rule.name} is disabled: events pass it by`,
        advice: `aws events enable-rule --name ${rule.name} --event-bus-name ${busName}`,
      };
    if (mapping.state !== 'Enabled')
      return {
        name,
        status: 'warning',
        text: `its mapping is ${mapping.state}: messages wait`,
        advice: `\`tickertape consumers resume ${consumer.consumer}\``,
      };
    return { name, status: 'ok', text: rule ? 'rule, target, queue and mapping are in place' : 'queue and mapping are in place' };
  } catch (error) {
    return { name, status: 'failed', text: `${(error as Error).name}: ${(error as Error).message}` };
  }
}

function checkGroup(name: string, { consumer }: ConsumerDescription, { state, lastResult }: MappingStatus): Check {
  if (state === 'missing') return { name, status: 'failed', text: 'no event source mapping takes from the stream', advice: 'Deploy its stack again.' };
  const resume = `\`tickertape consumers resume ${consumer}\``;
  if (state !== 'Enabled')
    return { name, status: 'warning', text: `its mapping is ${state}: records wait in the stream, for as long as it keeps them`, advice: resume };
  if (lastResult?.startsWith('PROBLEM')) return { name, status: 'warning', text: lastResult, advice: 'Look at the log of its function.' };
  return { name, status: 'ok', text: 'its mapping takes from the stream' };
}

async function checkRelays(clients: Clients, { consumers }: System): Promise<Check> {
  const name = 'outbox relays';
  const tables = [...new Set(consumers.map(({ tableName }) => tableName))];
  const states = await Promise.all(
    tables.map(async (TableName) => {
      const { Table: table } = await clients.dynamodb.send(new DescribeTableCommand({ TableName }));
      // A service that emits nothing has no stream.
      return table?.LatestStreamArn === undefined ? 'none' : (await mappingOf(clients.lambda, table.LatestStreamArn)).state;
    }),
  );
  const off = tables.filter((_, index) => states[index] !== 'Enabled' && states[index] !== 'none');
  if (off.length > 0)
    return { name, status: 'failed', text: `of ${off.join(', ')} nothing is published`, advice: 'Enable the event source mappings of their relays.' };
  return { name, status: 'ok', text: `${states.filter((state) => state === 'Enabled').length} run` };
}

async function checkDeadLetters(clients: Clients, system: System): Promise<Check> {
  const name = 'dead letters';
  const { consumers, bus } = await systemStatus(clients, system);
  const letters = consumers.reduce((sum, { deadLetters, ruleDeadLetters }) => sum + deadLetters + ruleDeadLetters, bus.deadLetters);
  if (letters === 0) return { name, status: 'ok', text: 'none' };
  return { name, status: 'warning', text: `${letters} in all`, advice: '`tickertape dlq groups` says of what kind.' };
}

async function checkArchive({ eventbridge }: Clients, system: System): Promise<Check> {
  const name = 'archive';
  const archives = await listArchives(eventbridge, system);
  if (archives.length === 0) return { name, status: 'warning', text: 'the bus has none: nothing can be replayed' };
  const stopped = archives.filter(({ state }) => state !== 'ENABLED');
  if (stopped.length > 0) return { name, status: 'warning', text: stopped.map((archive) => `${archive.name} is ${archive.state}`).join(', ') };
  return { name, status: 'ok', text: archives.map((archive) => `${archive.name}: ${archive.events} events`).join(', ') };
}

async function checkJobs(listJobs: () => Promise<readonly JobRecord[]>): Promise<Check> {
  const name = 'jobs';
  const lost = (await listJobs()).filter(({ status }) => status === 'lost');
  if (lost.length === 0) return { name, status: 'ok', text: 'none was lost' };
  const text = `${lost.map(({ id }) => id).join(', ')} ended without a word: ${lost.length === 1 ? 'its process was' : 'their processes were'} killed`;
  return { name, status: 'warning', text, advice: 'No message was lost: what was in hand is in the dead-letter queue again. Plan the rest anew.' };
}
