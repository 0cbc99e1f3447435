import { openDataFolder } from '../../../local/storage/index.ts';

/** Writes pairs of records until it is killed, and says which were acknowledged. */
const folder = openDataFolder(process.argv[2] ?? '', { compactionBytesMin: 50_000 });
const left = folder.open('left') as Map<string, object>;
const right = folder.open('right') as Map<string, object>;

async function write(): Promise<void> {
  for (let number = left.size; ; number += 1) {
    const key = String(number);
    left.set(key, { number, body: 'x'.repeat(100) });
    folder.changed('left', key);
    right.set(key, { number });
    folder.changed('right', key);
    await folder.settled();
    process.stdout.write(`${number}\n`);
  }
}

await write();
