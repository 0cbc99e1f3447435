import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { STAGE_OF } from '../../functions/read-models/funnel.ts';
import { PROJECTIONS } from '../../functions/read-models/projections.ts';
import { resourcesOf, synthesize } from './system-under-test.ts';

/** What a subscription and its handler both say: the name is part of the idempotency key, and an event that a handler does not take would be dead-lettered as malformed. */
const subscriptions = resourcesOf(synthesize(), 'AWS::SSM::Parameter')
  .filter(({ Properties }) => (Properties.Name as string).startsWith('/tickertape/consumers/'))
  .map(({ stack, Properties }) => {
    const text = (Properties.Value['Fn::Join'][1] as unknown[]).map((part) => (typeof part === 'string' ? part : '–')).join('');
    return { stack, ...(JSON.parse(text) as { consumer: string; on: string[]; functionName: string }) };
  });

const isParticipant = ({ functionName }: { readonly functionName: string }): boolean => sourceOf(functionName).includes('participant({');

const handlerOf = new Map(
  resourcesOf(synthesize(), 'AWS::Lambda::Function').map(({ Properties }) => [Properties.FunctionName as string, Properties.Description as string]),
);

const sourceOf = (functionName: string): string => readFileSync(handlerOf.get(functionName) ?? '', 'utf8');

/** Groups whose handlers take what they fold. */
const FOLDING = {
  'read-models': PROJECTIONS.flatMap(({ on }) => on.map(({ type, major }) => `${type}.v${major}`)),
  funnel: Object.keys(STAGE_OF).map((type) => `${type}.v1`),
};

it.each(Object.entries(FOLDING))('the handler of %s has its name, and folds what the stream lets through', (group, folded) => {
  const { on = [], functionName = '' } = subscriptions.find(({ consumer }) => consumer === group) ?? {};
  expect(sourceOf(functionName)).toContain(`'${group}'`);
  expect([...on].sort()).toEqual([...new Set(folded)].sort());
});

it.each(subscriptions.filter(({ consumer, functionName }) => !(consumer in FOLDING) && !isParticipant({ functionName })))(
  'the handler of $consumer has its name, and takes what its rule lets through',
  ({ consumer, on, functionName }) => {
    const source = sourceOf(functionName);
    expect(/consumer\(\s*\{\s*name: '([^']+)'/.exec(source)?.[1]).toBe(consumer);
    const taken = /\bon: \[([^\]]+)\]/
      .exec(source)?.[1]
      ?.split(',')
      .map((contract) => contract.trim());
    expect(taken).toEqual(on);
  },
);

it.each(subscriptions.filter(isParticipant))(
  'the participant $consumer has its name, and performs and undoes what it is said to',
  ({ consumer, on, functionName }) => {
    const source = sourceOf(functionName);
    expect(/participant\(\s*\{\s*name: '([^']+)'/.exec(source)?.[1]).toBe(consumer);
    expect([...source.matchAll(/(?:performs|undoes)\((\w+\.v\d+)/g)].map(([, contract]) => contract)).toEqual(on);
  },
);
