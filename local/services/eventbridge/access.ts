import type { AccessCheck } from '../../kernel/principal.ts';
import { busDoesNotExist } from './errors.ts';
import { type Entry, forwardedOf } from './forwarding.ts';
import { busNameOf, type Events } from './naming.ts';
import { busArn, ruleArn } from './state.ts';

/** Operations on a bus itself; its name is `Name` or `EventBusName`. */
const ON_BUS = new Set(['CreateEventBus', 'DeleteEventBus', 'DescribeEventBus', 'UpdateEventBus', 'PutPermission', 'RemovePermission']);

/** Operations that take no resource, or any. */
const ON_ANY = new Set(['ListArchives', 'ListReplays', 'ListEventBuses', 'ListRules', 'ListRuleNamesByTarget', 'TestEventPattern']);

/** The permissions a call needs. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
// biome-ignore lint/suspicious/noExplicitAny: one of many inputs
export function accessOf(operation: string, input: any, context: Events): readonly AccessCheck[] {
  const { kernel, state } = context;
  if (operation === 'PutEvents') return putEventsAccess(input.Entries ?? [], context);
  const action = `events:${operation}`;
  if (ON_ANY.has(operation)) return [{ action, resource: '*' }];
  if (ON_BUS.has(operation)) {
    const name = busNameOf(input.EventBusName ?? input.Name);
    return [{ action, resource: busArn(kernel, name), resourcePolicy: state.buses.get(name)?.policy }];
  }
  if (input.ArchiveName !== undefined) return [{ action, resource: kernel.arn('events', `archive/${input.ArchiveName}`) }];
  if (operation === 'StartReplay') return [{ action, resource: input.EventSourceArn ?? '' }];
  if (input.ReplayName !== undefined) return [{ action, resource: kernel.arn('events', `replay/${input.ReplayName}`) }];
  if (input.ResourceARN !== undefined) return [{ action, resource: input.ResourceARN }];
  const busName = busNameOf(input.EventBusName);
  return [{ action, resource: ruleArn(kernel, busName, input.Rule ?? input.Name ?? '') }];
}

function putEventsAccess(entries: readonly Entry[], { kernel, state }: Events): readonly AccessCheck[] {
  const byBus = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = busNameOf(entry.EventBusName);
    const known = byBus.get(name);
    if (known) known.push(entry);
    else byBus.set(name, [entry]);
  }
  return [...byBus].map(([name, ofBus]) => {
    const bus = state.buses.get(name);
    const isForwarded = ofBus.some((entry) => forwardedOf(entry) !== undefined);
    // A client is not told that a bus does not exist; a rule's target is.
    if (!bus && isForwarded) throw busDoesNotExist(name);
    const conditionKeys = {
      'events:source': distinct(ofBus.map(({ Source = '' }) => Source)),
      'events:detail-type': distinct(ofBus.map(({ DetailType = '' }) => DetailType)),
      'events:eventBusInvocation': String(isForwarded),
    };
    return { action: 'events:PutEvents', resource: busArn(kernel, name), resourcePolicy: bus?.policy, conditionKeys };
  });
}

function distinct(values: readonly string[]): string | readonly string[] {
  const all = [...new Set(values)];
  return all.length === 1 ? (all[0] ?? '') : all;
}
