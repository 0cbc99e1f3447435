import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildBundles, readAppSettings, synthesize } from '../operations/embedded/synthesize.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the cloud assembly of this system, synthesized once for the whole run. */
    assemblyDirectory: string;
  }
}

/** Bundles the functions and synthesizes the system once: every test of stacks and of the running system uses what would be deployed. */
export default async function setup(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'tickertape-assembly-'));
  const settings = readAppSettings('.');
  await buildBundles(settings, '.');
  await synthesize(settings, { directory: '.', outputDirectory: directory, accountId: '000000000000', region: 'us-east-1' });
  project.provide('assemblyDirectory', directory);
  project.provide('target', { name: 'embedded', region: 'us-east-1' });
  return () => rmSync(directory, { recursive: true, force: true });
}
