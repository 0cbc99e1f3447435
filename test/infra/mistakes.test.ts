import { Duration, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { ServiceTable } from '../../infra/constructs/service-table.ts';
import type { SubscriptionProps } from '../../infra/constructs/subscription.ts';
import { BackboneStack } from '../../infra/stacks/backbone-stack.ts';
import { OrderPlaced, PlaceOrder } from '../../schemas/index.ts';
import { newApp } from './system-under-test.ts';

const HANDLER = 'functions/analytics/count-sign-ups.handler.ts';

function subscribe(props: Partial<Omit<SubscriptionProps, 'bus' | 'name' | 'table'>>, ...names: string[]): void {
  const app = newApp();
  const backbone = new BackboneStack(app, 'TickertapeBackbone');
  const stack = new Stack(app, 'Consumer');
  const table = new ServiceTable(stack, 'State', { hasStream: false });
  for (const [index, name] of (names.length > 0 ? names : ['audit']).entries()) {
    const scope = index === 0 ? stack : new Stack(app, `Consumer${index}`);
    backbone.bus.subscribe(scope, name, { on: [OrderPlaced.v1], handler: HANDLER, table, ...props });
  }
}

describe('synth refuses', () => {
  it('nothing of a correct subscription', () => {
    expect(() => subscribe({})).not.toThrow();
  });

  it.each([
    {
      mistake: 'a handler that is not there',
      props: { handler: 'functions/analytics/count-logins.handler.ts' },
      message: /no handler 'functions\/analytics\/count-logins\.handler\.ts'.*functions\/analytics has count-sign-ups\.handler\.ts/,
    },
    {
      mistake: 'a file that is no handler',
      props: { handler: 'functions/analytics/count-sign-ups.ts' },
      message: /a handler is a file functions\/<context>\/<name>\.handler\.ts/,
    },
    {
      mistake: 'a command',
      props: { on: [PlaceOrder.v1 as never] },
      message: /Consumer 'audit' .*`on` has PlaceOrder that is a command; a consumer takes events/,
    },
    { mistake: 'a type without its version', props: { on: [OrderPlaced as never] }, message: /`on` has something that is no contract/ },
    { mistake: 'an unknown type', props: { on: [undefined as never] }, message: /`on` has something that is no contract/ },
    { mistake: 'no type', props: { on: [] }, message: /`on` is empty/ },
    {
      mistake: 'a short visibility',
      props: { visibilityTimeout: Duration.seconds(179) },
      message: /`visibilityTimeout` is 179 s; with this timeout it is at least 180 s/,
    },
    {
      mistake: 'a visibility without the batching window',
      props: { visibilityTimeout: Duration.seconds(180), maxBatchingWindow: Duration.seconds(5) },
      message: /it is at least 185 s/,
    },
    { mistake: 'an SLA as long as the time-to-live', props: { sla: Duration.days(3) }, message: /`sla` is not less than `timeToLive`/ },
    { mistake: 'a time-to-live as long as the retention', props: { timeToLive: Duration.days(4) }, message: /`timeToLive` is not less than the retention/ },
  ])('$mistake', ({ props, message }) => {
    expect(() => subscribe(props)).toThrow(message);
  });

  it('a name twice, and says where it is already', () => {
    expect(() => subscribe({}, 'audit', 'audit')).toThrow(
      /There is a consumer 'audit' already, at Consumer\/Consumer-audit.*choose another at Consumer1\/Consumer-audit/,
    );
  });

  it.each(['Audit', 'audit_log', '-audit', 'a'.repeat(60)])('the name %s', (name) => {
    expect(() => subscribe({}, name)).toThrow(/consumer name/);
  });

  it('an outbox on a table without a stream', () => {
    const table = new ServiceTable(new Stack(newApp(), 'S'), 'State', { hasStream: false });
    expect(() => table.streamArn).toThrow(/S\/State has no stream/);
  });
});
