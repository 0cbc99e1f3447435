exports.handler = async () => ({ handler: 'handler' });
exports.handler_two = async () => ({ handler: 'handler_two' });
