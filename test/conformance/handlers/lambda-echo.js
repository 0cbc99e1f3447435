exports.handler = async (event) => {
  // biome-ignore lint/suspicious/noConsole: what a function logs
  console.log(JSON.stringify(event));
  return event;
};
