import { runJournal } from './journal-run.ts';

// Usage: journal-run.process.ts ASSEMBLY SEED. Prints the digest as JSON.
const [, , assembly = '', seed = ''] = process.argv;
process.stdout.write(JSON.stringify(await runJournal(assembly, seed)));
