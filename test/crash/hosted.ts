// A hosted system for the crash test, in a process of its own so that it can be killed: `tsx hosted.ts <data folder> <port>`. Delivers every event twice.
import { Host } from '../../operations/embedded/host.ts';

const [dataDirectory = '', port = '0', consolePort = '0', deliversTwice = 'yes'] = process.argv.slice(2);
const host = new Host({
  directory: process.cwd(),
  port: Number(port),
  consolePort: Number(consolePort),
  dataDirectory: dataDirectory === '' ? undefined : dataDirectory,
  clockFactor: 1,
  deliversTwice: deliversTwice === 'yes',
  onBug: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
});
await host.start();
process.stdout.write(`${JSON.stringify({ endpoint: host.endpoint, api: host.apiUrl, console: host.consoleUrl })}\n`);
