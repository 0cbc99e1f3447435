exports.handler = async (event, context) => {
  if (event.fail) throw new Error('Intentional failure');
  return { aws_request_id: context.awsRequestId, function_name: context.functionName };
};
