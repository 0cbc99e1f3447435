import { Template } from 'aws-cdk-lib/assertions';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { expect, it } from 'vitest';
import { ServiceTable } from '../../infra/constructs/service-table.ts';
import { BackboneStack } from '../../infra/stacks/backbone-stack.ts';
import { OrderPlaced } from '../../schemas/index.ts';
import { newApp } from './system-under-test.ts';

/** The template of a consumer on a queue. */
function templateOf(props: { readonly sla?: Duration }): Template {
  const app = newApp();
  const backbone = new BackboneStack(app, 'TickertapeBackbone');
  const stack = new Stack(app, 'Consumer');
  const table = new ServiceTable(stack, 'State', { hasStream: false });
  backbone.bus.subscribe(stack, 'audit', { on: [OrderPlaced.v1], handler: 'functions/analytics/count-sign-ups.handler.ts', table, ...props });
  return Template.fromStack(stack);
}

it('rings where the oldest message is older than the SLA of its subscription, and tells operators of it', () => {
  const template = templateOf({ sla: Duration.minutes(10) });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'tickertape-audit-behind',
    MetricName: 'ApproximateAgeOfOldestMessage',
    Threshold: 600,
    EvaluationPeriods: 2,
  });
  expect(JSON.stringify(template.findResources('AWS::SSM::Parameter'))).toContain('\\"lagAlarmName\\":\\"tickertape-audit-behind\\",\\"slaSeconds\\":600');
});

it('has no such alarm without one', () => {
  expect(JSON.stringify(templateOf({}).toJSON())).not.toContain('ApproximateAgeOfOldestMessage');
});
