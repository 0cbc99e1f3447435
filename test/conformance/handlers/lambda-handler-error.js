exports.handler = async () => {
  throw new Error('Handler fails');
};
