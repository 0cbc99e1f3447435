const { setTimeout: sleep } = require('node:timers/promises');

exports.handler = async () => {
  await sleep(8000);
};
