import { setTimeout as sleep } from 'node:timers/promises';
import { zipSync } from 'fflate';
import type { Clients } from './clients.ts';
import type { Call, Operation } from './operation.ts';

const CODE = 'exports.handler = async (event) => ({ greeting: "Hello, " + event.name });';
const TRUST = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] };

async function activeFunction({ lambda }: Clients, name: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { Configuration } = await lambda.getFunction({ FunctionName: name });
    if (Configuration?.State === undefined || Configuration.State === 'Active') return;
    await sleep(25);
  }
  throw new Error(`The function ${name} did not become active`);
}

/** Enough calls at once that what is measured finds as many environments as it needs. */
const WARM_UP_AT_ONCE = 16;
const WARM_UPS = 3;

const call =
  (name: string): Call =>
  async ({ lambda }, value) => {
    const output = await lambda.invoke({ FunctionName: name, Payload: Buffer.from(JSON.stringify({ name: value })) });
    const payload = Buffer.from(output.Payload ?? []).toString();
    if (output.FunctionError !== undefined || !payload.includes(`Hello, ${value}`)) throw new Error(`Not a success: ${output.FunctionError} ${payload}`);
    return output;
  };

/** Lambda: a function that greets, called and waited for. */
export const invoke: Operation = {
  name: 'invoke',
  title: 'Invoke of a small function',
  async prepare(clients, name) {
    const { Role } = await clients.iam.createRole({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(TRUST) });
    const Code = { ZipFile: zipSync({ 'index.js': Buffer.from(CODE) }) };
    await clients.lambda.createFunction({ FunctionName: name, Runtime: 'nodejs22.x', Handler: 'index.handler', Role: Role?.Arn, Code });
    await activeFunction(clients, name);
    for (let turn = 0; turn < WARM_UPS; turn += 1) await Promise.all(Array.from({ length: WARM_UP_AT_ONCE }, () => call(name)(clients, 'nobody')));
    return {
      call: call(name),
      answer: /^\{"greeting": ?"Hello, \d{12}"\}/,
      remove: async () => {
        await clients.lambda.deleteFunction({ FunctionName: name });
        await clients.iam.deleteRole({ RoleName: name });
      },
    };
  },
};
