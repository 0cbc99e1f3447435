import { expect, inject, it } from 'vitest';
import { copyAssembly, type EditableTemplate } from '../world/assembly-copy.ts';
import { createWorld, type World } from '../world/world.ts';

interface Statement {
  Action: string | string[];
}

/** Takes one action out of every statement of a role's policy. Fails where none has it. */
function withoutGrant(template: EditableTemplate, policy: RegExp, action: string): void {
  let removed = 0;
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    if (resource.Type !== 'AWS::IAM::Policy' || !policy.test(logicalId)) continue;
    const document = resource.Properties['PolicyDocument'] as { Statement: Statement[] };
    for (const statement of document.Statement) {
      const actions = [statement.Action].flat();
      removed += actions.filter((granted) => granted === action).length;
      statement.Action = actions.filter((granted) => granted !== action);
    }
    document.Statement = document.Statement.filter(({ Action }) => Action.length > 0);
  }
  if (removed === 0) throw new Error(`No policy ${policy} grants ${action}`);
}

async function worldWithout(stack: string, policy: RegExp, action: string): Promise<World> {
  const assembly = copyAssembly(inject('assemblyDirectory'));
  assembly.editTemplate(stack, (template) => withoutGrant(template, policy, action));
  const world = await createWorld({ assembly: assembly.directory });
  await world.receiveStock('CD-1', 10);
  return world;
}

const CASES = [
  { stack: 'TickertapeShipping', policy: /^Consumershipping/, action: 'dynamodb:PutItem', operation: 'TransactWriteItems', principal: 'tickertape-shipping' },
  { stack: 'TickertapeInventory', policy: /^OutboxRelay/, action: 'events:PutEvents', operation: 'PutEvents', principal: 'tickertape-inventory-relay' },
  {
    stack: 'TickertapeNotifications',
    policy: /^Consumernotifications/,
    action: 'ses:SendEmail',
    operation: 'SendEmail',
    principal: 'tickertape-notifications',
  },
];

it.each(CASES)(
  'denies $operation where the template does not grant $action, and says what is missing',
  async ({ stack, policy, action, operation, principal }) => {
    const world = await worldWithout(stack, policy, action);
    await world.placed();
    await world.settle();
    const denied = world.journal(({ kind, detail }) => kind === operation && detail['error'] === 'AccessDeniedException');
    expect(denied.length).toBeGreaterThan(0);
    for (const { detail, arn } of denied) {
      const message = String(detail['message']);
      expect(message).toMatch(/^User: arn:aws:sts::000000000000:assumed-role\//);
      expect(message).toContain(
        `/${principal} is not authorized to perform: ${action} on resource: ${arn} because no identity-based policy allows the ${action} action`,
      );
      // The grant as it would have to stand in the policy, and where the role comes from.
      expect(message).toContain(`Missing grant: {"Effect":"Allow","Action":"${action}","Resource":"${arn}"} in a policy of role`);
      expect(message).toContain(`(${stack}/`);
      expect(detail['principal']).toContain(`/${principal}`);
    }
  },
);

it('keeps the message whose handling was denied in the dead-letter queue, with the denial', async () => {
  const world = await worldWithout('TickertapeShipping', /^Consumershipping/, 'dynamodb:PutItem');
  const orderId = await world.placed();
  await world.settle();
  expect((await world.order(orderId)).status).toBe('PLACED');
  const letters = await world.complete(world.operations.showDeadLetters({ key: 'shipping' }));
  expect(letters).toHaveLength(1);
  expect(letters[0]?.error).toContain('is not authorized to perform: dynamodb:PutItem');
});
