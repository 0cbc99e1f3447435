// The floor: a node:http server that reads the same body and answers the same bytes, and does nothing else.
// Run as a child process: node bare-server.mjs <base64 of the answer's body>. Prints its port.
import { createServer } from 'node:http';

const body = Buffer.from(process.argv[2], 'base64');
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    Buffer.concat(chunks);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': body.length });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
