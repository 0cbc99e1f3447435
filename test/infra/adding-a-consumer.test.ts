import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Stack } from 'aws-cdk-lib/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServiceTable } from '../../infra/constructs/service-table.ts';
import { OrderConfirmed } from '../../schemas/index.ts';
import { resourcesOf, synthesize } from './system-under-test.ts';

/** A copy of what is bundled, with one file more. Inside the repository, so that packages resolve. */
const root = resolve('.build', `adding-a-consumer-${process.pid}`);

const HANDLER = 'functions/loyalty/award-points.handler.ts';
const SOURCE = `import { OrderConfirmed } from '../../schemas/index.ts';
import { consumer } from '../backbone/consumer.ts';

export const handler = consumer({ name: 'loyalty', on: [OrderConfirmed.v1], onReplay: 'skip' }, ({ data }, work) => {
  work.put({ pk: \`POINTS#\${data.orderId}\`, sk: 'POINTS', customerId: data.customerId });
});
`;

beforeAll(() => {
  mkdirSync(`${root}/functions/loyalty`, { recursive: true });
  cpSync('functions', `${root}/functions`, { recursive: true });
  cpSync('schemas', `${root}/schemas`, { recursive: true });
  writeFileSync(`${root}/${HANDLER}`, SOURCE);
  execFileSync(process.execPath, ['infra/bundling/bundle-functions.mjs', '--root', root]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('takes one handler file and one subscribe, and changes no other function and no other template', () => {
  const before = synthesize();
  const after = synthesize(
    (app, backbone) => {
      const stack = new Stack(app, 'TickertapeLoyalty');
      const table = new ServiceTable(stack, 'State', { hasStream: false });
      backbone.bus.subscribe(stack, 'loyalty', { on: [OrderConfirmed.v1], handler: HANDLER, table });
    },
    { root },
  );
  expect([...after.keys()].filter((stack) => !before.has(stack))).toEqual(['TickertapeLoyalty']);
  // A function's code is in its template as the key of its asset, and its version in its environment.
  for (const [stack, template] of before) expect(JSON.stringify(after.get(stack)), stack).toBe(JSON.stringify(template));
  const added = resourcesOf(after, 'AWS::Lambda::Function').filter(({ stack }) => stack === 'TickertapeLoyalty');
  expect(added.map(({ Properties }) => Properties.FunctionName)).toEqual(['tickertape-loyalty']);
});
