import { expect, it } from 'vitest';
import { Deployment, loadAssembly } from '../../../local/assembly/index.ts';
import type { Kernel } from '../../../local/kernel/kernel.ts';
import type { Service } from '../../../local/kernel/service.ts';
import { createCloudFormation } from '../../../local/services/cloudformation/service.ts';
import { assemblyWith, thingResource, world } from './world.ts';

interface ProviderEvent {
  readonly RequestType: string;
  readonly ResponseURL: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

const cloudformation = createCloudFormation({
  stacks: () => {
    throw new Error('nobody asks for stacks here');
  },
});

const TOKEN = 'arn:aws:lambda:eu-west-1:000000000000:function:provider';

/** A Lambda whose one function is `provide`; what it answers is put to the response URL a second later. */
function lambdaWith(provide: (event: ProviderEvent) => object | undefined, events: ProviderEvent[]): Service<undefined> {
  const put = (kernel: Kernel, event: ProviderEvent, answer: object): void => {
    const { host, pathname } = new URL(event.ResponseURL);
    void cloudformation.http?.(
      { method: 'PUT', target: pathname, headers: { host }, body: Buffer.from(JSON.stringify(answer)) },
      kernel.contextFor('cloudformation') as never,
    );
  };
  return {
    name: 'lambda',
    arnService: 'lambda',
    createState: () => undefined,
    access: () => [],
    operations: {
      Invoke: ({ Payload }: { Payload: Uint8Array }, { kernel }) => {
        const event = JSON.parse(new TextDecoder().decode(Payload)) as ProviderEvent;
        events.push(event);
        const answer = provide(event);
        if (!answer) return { FunctionError: 'Unhandled', Payload: Buffer.from('{"errorMessage":"boom"}') };
        kernel.at(kernel.nowMs() + 1000, 'answer', () => put(kernel, event, answer));
        return { Payload: Buffer.from('null') };
      },
    },
  };
}

function planeWith(provide: (event: ProviderEvent) => object | undefined) {
  const events: ProviderEvent[] = [];
  const { kernel, things } = world({ services: [cloudformation, lambdaWith(provide, events)] as unknown as Service<undefined>[] });
  const deployment = new Deployment(kernel);
  const deploy = (properties: object) => {
    const resources = {
      C: { Type: 'Custom::Thing', Properties: { ServiceToken: TOKEN, ...properties } },
      T: thingResource({ Name: { 'Fn::GetAtt': ['C', 'Given'] }, Size: { Ref: 'C' } }),
    };
    return deployment.deploy(loadAssembly(assemblyWith({ Shop: { template: { Resources: resources } } })));
  };
  return { deploy, deployment, events, things, kernel };
}

it('a provider function answers by the response URL; its data are attributes', async () => {
  const { deploy, things, events } = planeWith(() => ({ Status: 'SUCCESS', PhysicalResourceId: 'id-1', Data: { Given: 'given' } }));
  await deploy({ Count: 1, Flag: true });
  expect(things.get('given')?.properties['Size']).toBe('id-1');
  expect(events[0]).toMatchObject({
    RequestType: 'Create',
    LogicalResourceId: 'C',
    ResourceType: 'Custom::Thing',
    ResourceProperties: { ServiceToken: TOKEN, Count: '1', Flag: 'true' },
  });
  expect(events[0]?.ResponseURL).toMatch(/^https:\/\/cloudformation-custom-resource-response-euwest1\.s3\.eu-west-1\.amazonaws\.com\//);
});

it('an update that answers another physical id deletes the old resource afterwards', async () => {
  const { deploy, events } = planeWith((event) => ({
    Status: 'SUCCESS',
    PhysicalResourceId: `id-${event.ResourceProperties['Count']}`,
    Data: { Given: 'given' },
  }));
  await deploy({ Count: 1 });
  const report = await deploy({ Count: 2 });
  expect(report.changes.map(({ action, logicalId }) => `${action} ${logicalId}`)).toEqual(['replace C', 'update T', 'delete C']);
  expect(
    events.map(({ RequestType, PhysicalResourceId, OldResourceProperties }) => [RequestType, PhysicalResourceId, OldResourceProperties?.['Count']]),
  ).toEqual([
    ['Create', undefined, undefined],
    ['Update', 'id-1', '1'],
    ['Delete', 'id-1', undefined],
  ]);
});

it.each([
  ['that says it failed', () => ({ Status: 'FAILED', Reason: 'no luck' }), 'answered FAILED: no luck'],
  ['whose function throws', () => undefined, 'failed: {"errorMessage":"boom"}'],
])('a provider %s ends the deployment with its reason', async (_name, provide, message) => {
  const { deploy } = planeWith(provide);
  await expect(deploy({})).rejects.toThrow(message);
});

it('a provider that never answers is given up at its timeout', async () => {
  const { deploy, kernel } = planeWith(() => ({ Status: 'neither' }));
  const startMs = kernel.nowMs();
  await expect(deploy({ ServiceTimeout: 60 })).rejects.toThrow('did not answer within 60 s');
  expect(kernel.nowMs() - startMs).toBe(60_000);
});

it('a provider that is no function is refused by name', async () => {
  const { deploy } = planeWith(() => undefined);
  await expect(deploy({ ServiceToken: 'arn:aws:sns:eu-west-1:000000000000:topic' })).rejects.toThrow(
    'Custom::Thing provided by arn:aws:sns:eu-west-1:000000000000:topic: Shop/C',
  );
});
