import { IAM, NoSuchEntityException } from '@aws-sdk/client-iam';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import { createAuthorizer } from '../../../../local/services/iam/authorizer.ts';
import { iam } from '../../../../local/services/iam/service.ts';
import { ssm } from '../../../../local/services/ssm/service.ts';
import { sts } from '../../../../local/services/sts/service.ts';
import { inProcessHandler } from '../../../../local/wire/in-process.ts';
import { createWire } from '../../../../local/wire/wire.ts';

const TRUST = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '111111111111' } }] });
const READ = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: 'arn:aws:ssm:us-east-1:111111111111:parameter/app/*' }],
};

/** IAM, STS and a service they guard, reached by real clients. */
function world() {
  const kernel = new Kernel({ accountId: '111111111111', region: 'us-east-1', clock: { kind: 'virtual', startMs: 0 }, seed: 1, journalCapacity: 100 });
  kernel.setAuthorizer(createAuthorizer(kernel, kernel.install(iam)));
  kernel.install(sts);
  kernel.install(ssm);
  const requestHandler = inProcessHandler(createWire(kernel).dispatch);
  const as = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) => ({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4566',
    maxAttempts: 1,
    credentials,
    requestHandler,
  });
  return { as, operator: as({ accessKeyId: 'operator', secretAccessKey: 's' }) };
}

describe('IAM, by its client', () => {
  it('keeps roles and their policies', async () => {
    const client = new IAM(world().operator);
    const { Role: role } = await client.createRole({ RoleName: 'reader', AssumeRolePolicyDocument: TRUST, Description: 'reads' });
    expect(role).toMatchObject({ Arn: 'arn:aws:iam::111111111111:role/reader', CreateDate: new Date(0), AssumeRolePolicyDocument: encodeURIComponent(TRUST) });
    await client.putRolePolicy({ RoleName: 'reader', PolicyName: 'read', PolicyDocument: JSON.stringify(READ) });
    const { Policy: policy } = await client.createPolicy({ PolicyName: 'shared', PolicyDocument: JSON.stringify(READ) });
    await client.attachRolePolicy({ RoleName: 'reader', PolicyArn: policy?.Arn });
    expect((await client.listRoles({})).Roles?.map(({ RoleName }) => RoleName)).toEqual(['reader']);
    expect((await client.listRolePolicies({ RoleName: 'reader' })).PolicyNames).toEqual(['read']);
    expect((await client.listAttachedRolePolicies({ RoleName: 'reader' })).AttachedPolicies).toEqual([{ PolicyArn: policy?.Arn, PolicyName: 'shared' }]);
    const { PolicyDocument: document = '' } = await client.getRolePolicy({ RoleName: 'reader', PolicyName: 'read' });
    expect(JSON.parse(decodeURIComponent(document))).toEqual(READ);
    const { PolicyVersion: version } = await client.getPolicyVersion({ PolicyArn: policy?.Arn, VersionId: 'v1' });
    expect(JSON.parse(decodeURIComponent(version?.Document ?? ''))).toEqual(READ);
    await expect(client.deleteRole({ RoleName: 'reader' })).rejects.toMatchObject({ name: 'DeleteConflictException', $metadata: { httpStatusCode: 409 } });
    await client.deleteRolePolicy({ RoleName: 'reader', PolicyName: 'read' });
    await client.detachRolePolicy({ RoleName: 'reader', PolicyArn: policy?.Arn });
    await client.deleteRole({ RoleName: 'reader' });
    await expect(client.getRole({ RoleName: 'reader' })).rejects.toBeInstanceOf(NoSuchEntityException);
  });

  it('pages roles', async () => {
    const client = new IAM(world().operator);
    for (const name of ['c', 'a', 'b']) await client.createRole({ RoleName: name, AssumeRolePolicyDocument: TRUST });
    const first = await client.listRoles({ MaxItems: 2 });
    const second = await client.listRoles({ MaxItems: 2, ...(first.Marker === undefined ? {} : { Marker: first.Marker }) });
    expect([...(first.Roles ?? []), ...(second.Roles ?? [])].map(({ RoleName }) => RoleName)).toEqual(['a', 'b', 'c']);
    expect([first.IsTruncated, second.IsTruncated]).toEqual([true, false]);
  });

  it('refuses a policy that is no policy', async () => {
    const client = new IAM(world().operator);
    await expect(client.createRole({ RoleName: 'r', AssumeRolePolicyDocument: '{' })).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });
});

describe('an assumed role', () => {
  it('may do what its policies grant and is told the grant that is missing', async () => {
    const { as, operator } = world();
    const client = new IAM(operator);
    await client.createRole({ RoleName: 'reader', AssumeRolePolicyDocument: TRUST });
    await client.putRolePolicy({ RoleName: 'reader', PolicyName: 'read', PolicyDocument: JSON.stringify(READ) });
    await new SSM(operator).putParameter({ Name: '/app/a', Value: 'v', Type: 'String' });
    const { Credentials: issued } = await new STS(operator).assumeRole({ RoleArn: 'arn:aws:iam::111111111111:role/reader', RoleSessionName: 'me' });
    const reader = as({ accessKeyId: issued?.AccessKeyId ?? '', secretAccessKey: issued?.SecretAccessKey ?? '', sessionToken: issued?.SessionToken ?? '' });
    expect(await new STS(reader).getCallerIdentity({})).toMatchObject({ Arn: 'arn:aws:sts::111111111111:assumed-role/reader/me' });
    expect((await new SSM(reader).getParameter({ Name: '/app/a' })).Parameter?.Value).toBe('v');
    await expect(new SSM(reader).getParameter({ Name: '/other' })).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:us-east-1:111111111111:parameter/other because no identity-based policy allows',
      ),
    });
  });
});
