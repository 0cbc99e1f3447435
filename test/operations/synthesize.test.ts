import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readAppSettings, synthesize } from '../../operations/embedded/synthesize.ts';

function place(): { directory: string; outputDirectory: string; accountId: string; region: string } {
  const directory = mkdtempSync(join(tmpdir(), 'tickertape-app-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const outputDirectory = join(directory, 'cdk.out');
  mkdirSync(outputDirectory);
  return { directory, outputDirectory, accountId: '000000000000', region: 'us-east-1' };
}

it('does not take what an earlier run left for the assembly of an app that writes none', async () => {
  const where = place();
  writeFileSync(join(where.outputDirectory, 'manifest.json'), '{}');
  const settings = readAppSettings(where.directory, 'echo hi');
  await expect(synthesize(settings, where)).rejects.toThrow('"echo hi" ended well and wrote no cloud assembly');
});

it('tells of an app that fails what it printed', async () => {
  const where = place();
  const settings = readAppSettings(where.directory, 'echo nothing works; exit 3');
  await expect(synthesize(settings, where)).rejects.toMatchObject({ message: expect.stringContaining('exit code 3'), output: 'nothing works' });
});

it('is content with an app that writes a manifest', async () => {
  const where = place();
  const settings = readAppSettings(where.directory, 'echo "{}" > "$CDK_OUTDIR/manifest.json"');
  await expect(synthesize(settings, where)).resolves.toBeUndefined();
});
