exports.handler = async ({ wait }) => {
  // biome-ignore lint/suspicious/noConsole: what a function logs
  console.log('starting wait');
  await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  // biome-ignore lint/suspicious/noConsole: what a function logs
  console.log('done waiting');
};
