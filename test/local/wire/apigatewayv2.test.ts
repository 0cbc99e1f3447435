import { ApiGatewayV2 } from '@aws-sdk/client-apigatewayv2';
import { expect, it } from 'vitest';
import { Plane } from '../../../local/index.ts';

it('the wire reaches API Gateway’s control plane', async () => {
  const plane = new Plane({ clock: { kind: 'virtual', startMs: 0 }, seed: 1 });
  const client = new ApiGatewayV2(plane.clientSettings());
  expect((await client.getApis({})).Items).toEqual([]);
  await expect(client.getApi({ ApiId: 'absent' })).rejects.toMatchObject({ name: 'NotFoundException' });
  await plane.close();
});
