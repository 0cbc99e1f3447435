import { expect, inject, it } from 'vitest';
import { copyAssembly } from '../world/assembly-copy.ts';
import { createWorld } from '../world/world.ts';

interface Statement {
  Action: string | string[];
}

it('denies a call whose grant was taken out of the template, and names principal, action, resource and the missing grant', async () => {
  const assembly = copyAssembly(inject('assemblyDirectory'));
  assembly.editTemplate('TickertapeShipping', ({ Resources }) => {
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      if (Type !== 'AWS::IAM::Policy' || !id.startsWith('Consumershipping')) continue;
      const { Statement: statements } = Properties['PolicyDocument'] as { Statement: Statement[] };
      for (const statement of statements) statement.Action = [statement.Action].flat().filter((action) => action !== 'dynamodb:PutItem');
    }
  });
  const world = await createWorld({ assembly: assembly.directory });
  await world.receiveStock('CD-1', 10);
  const orderId = await world.placed();
  await world.settle();

  const denied = world.journal(({ detail }) => detail['error'] === 'AccessDeniedException');
  expect(denied.length).toBeGreaterThan(0);
  const message = String(denied[0]?.detail['message']);
  const table = world.consumer('shipping').tableName;
  expect(message).toMatch(
    /^User: arn:aws:sts::000000000000:assumed-role\/\S+\/tickertape-shipping is not authorized to perform: dynamodb:PutItem on resource: /,
  );
  expect(message).toContain(`arn:aws:dynamodb:us-east-1:000000000000:table/${table}`);
  expect(message).toContain('because no identity-based policy allows the dynamodb:PutItem action');
  expect(message).toContain(
    `Missing grant: {"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/${table}"} in a policy of role`,
  );
  expect(message).toContain('(TickertapeShipping/Consumer-shipping/Handler/Role/Resource)');

  // The shipment was not made, and the message is where it can come back from.
  expect((await world.order(orderId)).status).toBe('PLACED');
  const [letter] = await world.complete(world.operations.showDeadLetters({ key: 'shipping' }));
  expect(letter?.error).toContain('is not authorized to perform: dynamodb:PutItem');
});
