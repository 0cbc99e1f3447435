exports.handler = async (event) => {
  if (event.raise_error || event.Records) throw new Error('Test exception (this is intentional)');
  return event;
};
