import { Host } from '../../operations/embedded/host.ts';

// Usage: plane.process.ts ASSEMBLY. Hosts the system as `tickertape start` does, until it is killed; prints where AWS's clients find it as JSON.
const [, , assembly = ''] = process.argv;
const host = new Host({
  directory: process.cwd(),
  assembly,
  port: 0,
  consolePort: 0,
  clockFactor: 1,
  deliversTwice: false,
  onBug: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
});
await host.start();
process.stdout.write(`${JSON.stringify({ endpoint: host.endpoint, api: host.apiUrl })}\n`);
