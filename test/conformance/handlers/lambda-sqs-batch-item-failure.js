const { SQS } = require('@aws-sdk/client-sqs');

const sqs = new SQS({});

/** Reports the records that say that they fail, or what `OVERWRITE_RESULT` says. */
exports.handler = async (event) => {
  const failed = event.Records.filter(({ body, attributes }) => (JSON.parse(body).fail_attempts ?? 0) >= Number(attributes.ApproximateReceiveCount));
  const { DESTINATION_QUEUE_URL: destination, OVERWRITE_RESULT: overwritten } = process.env;
  const reported = { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  const result = overwritten === undefined ? reported : JSON.parse(overwritten);
  await sqs.sendMessage({ QueueUrl: destination, MessageBody: JSON.stringify({ event, result }) });
  return result;
};
