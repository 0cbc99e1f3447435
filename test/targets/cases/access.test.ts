import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect } from 'vitest';
import { onEveryTarget } from '../target.ts';

describe('access', () => {
  onEveryTarget(
    'a role that was granted nothing is refused, by principal, action and resource',
    async (target) => {
      const { iam, sts } = target.clients;
      const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
      const document = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
      const { Role: role } = await target.complete(iam.send(new CreateRoleCommand({ RoleName: `${target.unique}-role`, AssumeRolePolicyDocument: document })));
      const denyOthers = { Effect: 'Allow', Action: 'sqs:ListQueues', Resource: '*' };
      const policy = JSON.stringify({ Version: '2012-10-17', Statement: [denyOthers] });
      await target.complete(iam.send(new PutRolePolicyCommand({ RoleName: `${target.unique}-role`, PolicyName: 'little', PolicyDocument: policy })));
      const { Credentials: key } = await target.complete(sts.send(new AssumeRoleCommand({ RoleArn: role?.Arn, RoleSessionName: 'suite' })));
      const credentials = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '', sessionToken: key?.SessionToken ?? '' };
      const client = new SQSClient({ ...target.settings, credentials });
      const queueUrl = target.system.consumers[0]?.queueUrl;
      const sent = target.complete(client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'x' })));
      await expect(sent).rejects.toMatchObject({
        message: expect.stringMatching(/assumed-role\/.*-role\/suite is not authorized to perform: sqs:SendMessage on resource: arn:/i),
      });
    },
    { localstack: { because: 'LocalStack 4.14.0 enforces no policies', failure: /instead of rejecting/ } },
  );

  onEveryTarget('every function of the system runs as a role of its own', async (target) => {
    const { Functions: functions = [] } = await target.complete(target.clients.lambda.send(new ListFunctionsCommand({})));
    const ours = functions.filter(({ FunctionName: name }) => name?.startsWith('tickertape-'));
    expect(ours.length).toBeGreaterThan(10);
    expect(new Set(ours.map(({ Role }) => Role)).size).toBe(ours.length);
  });
});
