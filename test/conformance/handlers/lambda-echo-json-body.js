exports.handler = async (event) => JSON.parse(event.body);
