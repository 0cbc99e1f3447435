import { describe, expect, it } from 'vitest';
import type { AccessCheck } from '../../../../local/kernel/principal.ts';
import type { PhysicalResource, Properties, ResourcePlace } from '../../../../local/kernel/resource.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { eventbridge } from '../../../../local/services/eventbridge/service.ts';
import type { EventsState } from '../../../../local/services/eventbridge/state.ts';
import { entry, queueArn, world } from './world.ts';

const PLACE = { generatedName: () => 'Stack-Rule-ABC' } as unknown as ResourcePlace;

function template() {
  const plane = world();
  const context = plane.kernel.contextFor('eventbridge') as Context<EventsState>;
  const type = (name: string) => {
    const found = eventbridge.resourceTypes?.[`AWS::Events::${name}`];
    if (!found) throw new Error(name);
    return found;
  };
  return {
    ...plane,
    create: (name: string, properties: Properties) => type(name).create(properties, PLACE, context) as PhysicalResource,
    update: (name: string, properties: Properties, previous: Properties, physical: PhysicalResource) =>
      type(name).update(properties, previous, physical, PLACE, context),
    remove: (name: string, physical: PhysicalResource, properties: Properties) => type(name).delete(physical, properties, context),
  };
}

describe('AWS::Events::Rule', () => {
  const properties = { EventBusName: 'bus', EventPattern: { source: ['shop'] }, State: 'ENABLED', Targets: [{ Id: 'Target0', Arn: queueArn('orders') }] };

  it('is a rule with its targets', async () => {
    const plane = template();
    plane.create('EventBus', { Name: 'bus' });
    const rule = plane.create('Rule', properties);
    expect(rule).toEqual({ ref: 'bus|Stack-Rule-ABC', attributes: { Arn: 'arn:aws:events:us-east-1:111111111111:rule/bus/Stack-Rule-ABC' } });
    await plane.call('PutEvents', { Entries: [entry({}, { EventBusName: 'bus' })] });
    await plane.kernel.run();
    expect(plane.received).toHaveLength(1);
  });

  it('is changed in place, or replaced with another name', async () => {
    const plane = template();
    plane.create('EventBus', { Name: 'bus' });
    const rule = plane.create('Rule', properties);
    const changed = { ...properties, EventPattern: { source: ['bank'] }, Targets: [{ Id: 'Target1', Arn: queueArn('other') }] };
    expect(plane.update('Rule', changed, properties, rule)).toEqual(rule);
    expect(plane.update('Rule', { ...properties, Name: 'other' }, properties, rule)).toBe('replace');
    await plane.call('PutEvents', { Entries: [entry({}, { EventBusName: 'bus' }), entry({}, { EventBusName: 'bus', Source: 'bank' })] });
    await plane.kernel.run();
    expect(plane.received.map(({ queue }) => queue)).toEqual(['other']);
    plane.remove('Rule', rule, changed);
    expect(await plane.call('ListRules', { EventBusName: 'bus' })).toMatchObject({ Rules: [] });
  });
});

describe('AWS::Events::EventBusPolicy', () => {
  it('is a statement of the bus policy, which a call is checked against', async () => {
    const plane = template();
    const bus = plane.create('EventBus', { Name: 'bus', Description: 'of the shop' });
    expect(bus.attributes).toEqual({ Arn: 'arn:aws:events:us-east-1:111111111111:event-bus/bus', Name: 'bus' });
    const statement = { Effect: 'Allow', Principal: { AWS: '222222222222' }, Action: 'events:PutEvents', Resource: bus.attributes['Arn'] };
    const properties = { EventBusName: 'bus', StatementId: 'cdk', Statement: statement };
    const policy = plane.create('EventBusPolicy', properties);
    const checks: AccessCheck[] = [];
    plane.kernel.setAuthorizer((_, check) => checks.push(check));
    await plane.call('PutEvents', { Entries: [entry({}, { EventBusName: 'bus' }), entry({}, { EventBusName: 'bus', Source: 'bank' }), entry()] });
    expect(checks).toEqual([
      {
        action: 'events:PutEvents',
        resource: bus.attributes['Arn'],
        resourcePolicy: { Version: '2012-10-17', Statement: [{ Sid: 'cdk', ...statement }] },
        conditionKeys: { 'events:source': ['shop', 'bank'], 'events:detail-type': 'OrderPlaced', 'events:eventBusInvocation': 'false' },
      },
      {
        action: 'events:PutEvents',
        resource: 'arn:aws:events:us-east-1:111111111111:event-bus/default',
        resourcePolicy: undefined,
        conditionKeys: { 'events:source': 'shop', 'events:detail-type': 'OrderPlaced', 'events:eventBusInvocation': 'false' },
      },
    ]);
    expect(plane.update('EventBus', { Name: 'bus', Description: 'changed' }, { Name: 'bus', Description: 'of the shop' }, bus)).toBe(bus);
    expect((await plane.call('DescribeEventBus', { Name: 'bus' }))['Policy']).toContain('"cdk"');
    plane.remove('EventBusPolicy', policy, properties);
    expect((await plane.call('DescribeEventBus', { Name: 'bus' }))['Policy']).toBeUndefined();
    plane.remove('EventBus', bus, { Name: 'bus' });
    await expect(plane.call('DescribeEventBus', { Name: 'bus' })).rejects.toThrow('Event bus bus does not exist.');
  });
});
