exports.handler = async (_event, context) => {
  // biome-ignore lint/suspicious/noConsole: what a function logs
  console.info('RequestId log message');
  return context.awsRequestId;
};
