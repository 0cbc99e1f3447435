import { Host } from '../../operations/embedded/host.ts';

// Usage: hosted.process.ts ASSEMBLY DATA. Hosts the system on the machine's clock until it is killed; prints the address of its API as JSON.
const [, , assembly = '', dataDirectory = ''] = process.argv;
const host = new Host({
  directory: process.cwd(),
  assembly,
  dataDirectory,
  port: 0,
  consolePort: 0,
  clockFactor: 1,
  deliversTwice: false,
  onBug: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
});
await host.start();
process.stdout.write(`${JSON.stringify({ api: host.apiUrl })}\n`);
