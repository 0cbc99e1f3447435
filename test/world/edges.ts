import { GetMetricStatisticsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeRuleCommand, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { paginateListEventSourceMappings, paginateListFunctions, UpdateEventSourceMappingCommand, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { strToU8, zipSync } from 'fflate';
import type { JournalEntry } from '../../local/index.ts';
import type { Assembly } from '../../operations/guarantees/assembly.ts';
import type { Edge, LagMetric } from '../../operations/guarantees/guarantee.ts';
import { World } from './world.ts';

const FAILS = 'exports.handler = async () => { throw new Error("It fails, whatever comes"); };';
const SUCCEEDS = 'exports.handler = async () => ({ statusCode: 200 });';

/** The deployed system with functions that do nothing but fail or succeed, so that what is seen is what the edges between them do. */
export class EdgeWorld extends World {
  readonly #assembly: Assembly;

  constructor(assembly: Assembly) {
    super({});
    this.#assembly = assembly;
  }

  /** Replaces the code of every function. */
  async replaceFunctions(how: 'fail' | 'succeed'): Promise<void> {
    const ZipFile = zipSync({ 'index.js': strToU8(how === 'fail' ? FAILS : SUCCEEDS) });
    const names = await this.complete(collect(paginateListFunctions({ client: this.clients.lambda }, {}), ({ Functions: functions = [] }) => functions));
    for (const { FunctionName } of names) await this.complete(this.clients.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile })));
  }

  /** Stops or starts every poller. */
  async enableMappings(Enabled: boolean): Promise<void> {
    const pages = paginateListEventSourceMappings({ client: this.clients.lambda }, {});
    const mappings = await this.complete(collect(pages, ({ EventSourceMappings: found = [] }) => found));
    for (const { UUID } of mappings) await this.complete(this.clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled })));
    // Pollers stop and start within a minute.
    await this.pass(120_000);
  }

  /** Puts an event that the rule of an edge matches. */
  async putFor(edge: Edge, mark: string): Promise<void> {
    const rule = this.#assembly.ofType('AWS::Events::Rule').find((each) => each.stack === edge.stack && each.id === edge.resource);
    const source = String(rule?.properties['EventPattern'].source?.[0]);
    if (source.startsWith('aws.')) await this.#putAsAws(String(rule?.properties['Name']), mark);
    else await this.complete(this.clients.eventbridge.send(new PutEventsCommand({ Entries: [this.#eventFor(edge, mark)] })));
  }

  /** The table behind the stream that a relay reads, by the relay's name. */
  tableOf(functionName: string): string {
    const relay = this.#assembly.ofType('AWS::Lambda::Function').find(({ properties }) => properties['FunctionName'] === functionName);
    const consumer = this.system.consumers.find(({ context }) => context === relay?.properties['Environment'].Variables.POWERTOOLS_SERVICE_NAME);
    if (!consumer) throw new Error(`No table of ${functionName}`);
    return consumer.tableName;
  }

  /** Changes an item as a commit does, so that the stream's filter lets the change through. */
  async changeItem(functionName: string, { pk = 'one', mark }: { readonly pk?: string; readonly mark: string }): Promise<void> {
    const Item = { pk: { S: pk }, sk: { S: 'COMMIT' }, entity: { S: 'COMMIT' }, mark: { S: mark } };
    await this.complete(this.clients.dynamodb.send(new PutItemCommand({ TableName: this.tableOf(functionName), Item })));
  }

  /** Sets off an alarm that a rule on the account's own bus matches. */
  async setOffAlarm(): Promise<void> {
    const alarm = { AlarmName: this.consumer('payments').alarmName, StateReason: 'for the test' };
    for (const StateValue of ['OK', 'ALARM'] as const) await this.complete(this.clients.cloudwatch.send(new SetAlarmStateCommand({ ...alarm, StateValue })));
  }

  queueUrl(name: string): Promise<string> {
    return this.complete(this.clients.sqs.send(new GetQueueUrlCommand({ QueueName: name }))).then(({ QueueUrl }) => QueueUrl ?? '');
  }

  /** What lies in a queue, at most ten. */
  async messagesIn(name: string): Promise<Message[]> {
    const QueueUrl = await this.queueUrl(name);
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] });
    return (await this.complete(this.clients.sqs.send(receive))).Messages ?? [];
  }

  /** The highest value that a metric had in the last days; `undefined` where it was never there. */
  async highest({ namespace, name, dimensions }: LagMetric, days = 3): Promise<number | undefined> {
    const nowMs = this.plane.kernel.nowMs();
    const answer = await this.complete(
      this.clients.cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace: namespace,
          MetricName: name,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          StartTime: new Date(nowMs - days * 86_400_000),
          EndTime: new Date(nowMs + 60_000),
          Period: 3_600,
          Statistics: ['Maximum'],
        }),
      ),
    );
    const values = (answer.Datapoints ?? []).flatMap(({ Maximum }) => Maximum ?? []);
    return values.length === 0 ? undefined : Math.max(...values);
  }

  /** Entries of one kind, of what has an ARN that ends so. */
  entries(kind: string, arnEnd: string): JournalEntry[] {
    return this.journal((entry) => entry.kind === kind && entry.arn.endsWith(`:${arnEnd}`));
  }

  /** Puts an event of an AWS service, as only that service may: the first of the values that each member of the rule's pattern allows. */
  async #putAsAws(ruleName: string, mark: string): Promise<void> {
    const { EventPattern = '{}' } = await this.complete(this.clients.eventbridge.send(new DescribeRuleCommand({ Name: ruleName })));
    const { source, 'detail-type': detailType, detail } = JSON.parse(EventPattern) as Record<'source' | 'detail-type', [string]> & { readonly detail: object };
    const first = Object.fromEntries(Object.entries(detail).map(([name, allowed]) => [name, (allowed as readonly unknown[])[0]]));
    const Entries = [{ Source: source[0], DetailType: detailType[0], Detail: JSON.stringify({ ...first, mark }) }];
    const principal = { type: 'service', service: `${source[0].slice('aws.'.length)}.amazonaws.com`, sourceArn: undefined } as const;
    await this.complete(this.plane.kernel.request({ service: 'eventbridge', operation: 'PutEvents', input: { Entries }, principal }));
  }

  #eventFor({ stack, resource }: Edge, mark: string): PutEventsRequestEntry {
    const rule = this.#assembly.ofType('AWS::Events::Rule').find((each) => each.stack === stack && each.id === resource);
    const pattern = rule?.properties['EventPattern'];
    const EventBusName = this.system.busName;
    if (!pattern?.source) return { EventBusName, Source: 'nobody.of.ours', DetailType: 'Strange', Detail: JSON.stringify({ mark }) };
    const dataschema = `${pattern.detail.dataschema[0].prefix}0`;
    const [flow] = pattern.detail.flow;
    const detail = { specversion: '1.0', dataschema, flow: typeof flow === 'string' ? flow : 'choreography', mark };
    return { EventBusName, Source: pattern.source[0], DetailType: pattern['detail-type'][0], Detail: JSON.stringify(detail) };
  }
}

async function collect<Page, Item>(pages: AsyncIterable<Page>, itemsOf: (page: Page) => readonly Item[]): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...itemsOf(page));
  return items;
}
