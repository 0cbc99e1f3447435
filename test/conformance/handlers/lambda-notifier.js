const { setTimeout: sleep } = require('node:timers/promises');
const { SQS } = require('@aws-sdk/client-sqs');

const sqs = new SQS({});

exports.handler = async (event, context) => {
  if (event.notify) await sqs.sendMessage({ QueueUrl: event.notify, MessageBody: JSON.stringify({ request_id: context.awsRequestId }) });
  if (event.wait) await sleep(event.wait * 1000);
};
