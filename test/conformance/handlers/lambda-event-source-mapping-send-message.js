const { SQS } = require('@aws-sdk/client-sqs');

const sqs = new SQS({});

exports.handler = async ({ Records: records }) => {
  await sqs.sendMessage({ QueueUrl: process.env.SQS_QUEUE_URL, MessageBody: JSON.stringify(records) });
  return records.length;
};
