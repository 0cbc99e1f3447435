import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../local/kernel/http.ts';
import { bundleOf, codeOf, virtualPlane } from './bundles.ts';

const SEND = `const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
  const client = new SQSClient({});
  exports.handler = async () => (await client.send(new SendMessageCommand({ QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/q', MessageBody: 'hi' }))).MessageId;`;

describe('a bundle that leaves the AWS SDK out', () => {
  it('finds it, and reaches the plane with it', async () => {
    const requests: HttpRequest[] = [];
    const plane = virtualPlane({
      dispatch: () => async (request) => {
        requests.push(request);
        const body = { MessageId: 'm-1', MD5OfMessageBody: '49f68a5c8493ec2c0bf489821c21fc3b' };
        return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: Buffer.from(JSON.stringify(body)) };
      },
    });
    expect((await plane.run(codeOf(SEND))).payload).toBe('m-1');
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers).toMatchObject({ host: 'sqs.eu-west-1.amazonaws.com', 'x-amz-target': 'AmazonSQS.SendMessage' });
  });

  it('finds it from an ES module too', async () => {
    const directory = bundleOf({
      'index.mjs': `import { SQS } from '@aws-sdk/client-sqs'; export const handler = async () => typeof SQS.prototype.sendMessage;`,
    });
    expect((await virtualPlane().run(codeOf('', { directory }))).payload).toBe('function');
  });

  it('finds its own instead where it brought one', async () => {
    const code = codeOf({ 'index.js': `exports.handler = async () => require('./sdk.js')`, 'sdk.js': `module.exports = 'own';` });
    expect((await virtualPlane().run(code)).payload).toBe('own');
  });

  for (const name of ['@aws-sdk/client-that-is-not-there', 'fflate', 'commander']) {
    it(`does not find ${name}`, async () => {
      const result = await virtualPlane().run(codeOf(`require('${name}'); exports.handler = async () => 1`));
      expect(result.payload).toMatchObject({ errorType: 'Runtime.ImportModuleError', errorMessage: expect.stringContaining(`Cannot find module '${name}'`) });
    });
  }
});
