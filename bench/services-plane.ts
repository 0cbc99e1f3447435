// The plane of the benchmark of services: empty; what is measured is made over its endpoint. Run as a child process: it prints its URL, and serves until it is ended.
import { Plane } from '../local/index.ts';

const plane = new Plane({ seed: 'bench', onBug: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`) });
process.stdout.write(`${await plane.listen(0)}\n`);
process.on('SIGTERM', () => process.exit(0));
