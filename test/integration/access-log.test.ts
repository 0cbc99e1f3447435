import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import { createWorld } from '../world/world.ts';

it('a request to the API leaves a line in its access log, and nothing is denied on the way', async () => {
  const world = await createWorld();
  await world.placed();
  await world.settle();
  expect(world.journal(({ detail }) => String(detail['error']).startsWith('AccessDenied')).map(({ detail }) => detail['message'])).toEqual([]);
  const logs = new CloudWatchLogs(world.plane.clientSettings());
  const { logGroups = [] } = await world.complete(logs.describeLogGroups({}));
  const group = logGroups.find(({ logGroupName = '' }) => !logGroupName.startsWith('/aws/lambda/'));
  const { events = [] } = await world.complete(logs.filterLogEvents({ logGroupName: group?.logGroupName, filterPattern: 'POST' }));
  expect(events.map(({ message = '' }) => message).join()).toContain('/orders');
});
