const { SQS } = require('@aws-sdk/client-sqs');

const sqs = new SQS({});

/** Takes one record that says where to report, and how many attempts fail. */
exports.handler = async (event) => {
  const [record] = event.Records;
  const { destination, fail_attempts: failures = 0 } = JSON.parse(record.body);
  const error = failures >= Number(record.attributes.ApproximateReceiveCount) ? 'failed attempt' : null;
  await sqs.sendMessage({ QueueUrl: destination, MessageBody: JSON.stringify({ error, event }) });
  if (error !== null) throw new Error(error);
};
