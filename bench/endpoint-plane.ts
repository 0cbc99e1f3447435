// The plane of the endpoint benchmark: queues, and a role that may send to them. Run as a child process: it prints one line of JSON, and serves until it is ended.
import { Plane } from '../local/index.ts';

const QUEUES = Number(process.argv[2] ?? 1);

const plane = new Plane({ seed: 'bench', onBug: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`) });
const url = await plane.listen(0);
const { kernel } = plane;
const asOperator = <Output>(service: string, operation: string, input: object): Promise<Output> =>
  kernel.request<Output>({ service, operation, input, principal: { type: 'root' } });

const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] };
const grant = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: kernel.arn('sqs', 'bench-*') }] };
const { Role } = await asOperator<{ Role: { Arn: string } }>('iam', 'CreateRole', { RoleName: 'sender', AssumeRolePolicyDocument: JSON.stringify(trust) });
await asOperator('iam', 'PutRolePolicy', { RoleName: 'sender', PolicyName: 'send', PolicyDocument: JSON.stringify(grant) });
const queueUrls: string[] = [];
for (let index = 0; index < QUEUES; index += 1) {
  const { QueueUrl } = await asOperator<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName: `bench-${index}` });
  queueUrls.push(QueueUrl);
}
await asOperator('sqs', 'CreateQueue', { QueueName: 'forbidden' });
const { accessKeyId } = kernel.credentials.issue({ type: 'role', roleArn: Role.Arn, sessionName: 'bench' });
process.stdout.write(`${JSON.stringify({ url, port: Number(new URL(url).port), queueUrls, accessKeyId })}\n`);
process.on('SIGTERM', () => process.exit(0));
