import { parseArn } from '../../kernel/arn.ts';
import type { Context } from '../../kernel/service.ts';
import { busDoesNotExist, invalidNextToken, ruleDoesNotExist } from './errors.ts';
import { DEFAULT_BUS, type EventBus, type EventsState, type Rule, ruleKey } from './state.ts';

export type Events = Context<EventsState>;

export type Output<T> = Omit<T, '$metadata'>;

/** A bus's name, where requests give a name, an ARN, or nothing for the default bus. */
export function busNameOf(nameOrArn: string | undefined): string {
  if (!nameOrArn) return DEFAULT_BUS;
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf('event-bus/') + 'event-bus/'.length) : nameOrArn;
}

export function findBus({ state }: Pick<Events, 'state'>, nameOrArn: string | undefined): EventBus {
  const name = busNameOf(nameOrArn);
  const bus = state.buses.get(name);
  if (!bus) throw busDoesNotExist(name);
  return bus;
}

export function findRule(context: Pick<Events, 'state'>, { name = '', bus }: { readonly name: string | undefined; readonly bus: string | undefined }): Rule {
  const { name: busName } = findBus(context, bus);
  const rule = context.state.rules.get(ruleKey(busName, name));
  if (!rule) throw ruleDoesNotExist(name, busName);
  return rule;
}

/** The bus or rule behind an ARN of either. */
export function findTagged(context: Pick<Events, 'state'>, arn: string): { readonly bus: EventBus } | { readonly rule: Rule } {
  const [kind, first = '', second] = (parseArn(arn)?.resource ?? '').split('/');
  if (kind !== 'rule') return { bus: findBus(context, first) };
  return { rule: findRule(context, second === undefined ? { name: first, bus: DEFAULT_BUS } : { name: second, bus: first }) };
}

/** One page of a list that is ordered by name. The token is the name after which the next page begins, disguised as AWS disguises its own. */
export function page<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { limit = 100, token }: { readonly limit?: number | undefined; readonly token?: string | undefined },
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  let start = 0;
  if (token !== undefined) {
    const after = Buffer.from(token, 'base64url').toString();
    start = items.findIndex((item) => nameOf(item) === after) + 1;
    if (start === 0) throw invalidNextToken();
  }
  const shown = items.slice(start, start + limit);
  const last = shown.at(-1);
  const hasMore = start + shown.length < items.length;
  return { items: shown, nextToken: hasMore && last !== undefined ? Buffer.from(nameOf(last)).toString('base64url') : undefined };
}
