// Writes docs/services/: what each emulated service answers of what AWS has, which resources it makes, and where it differs; and docs/guarantees.md, what each edge of
// this system keeps to. Run by `npm run docs`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Plane } from '../local/index.ts';
import { buildBundles, readAppSettings, synthesize } from '../operations/embedded/synthesize.ts';
import { readAssembly } from '../operations/guarantees/assembly.ts';
import { deriveGuarantees } from '../operations/guarantees/guarantees.ts';
import { guaranteesPage } from '../operations/guarantees/page.ts';
import { indexPage, operationsOfAws, type ServiceFacts, servicePage } from './generator/service-page.ts';

/** The pages by file name. */
export async function servicePages(): Promise<ReadonlyMap<string, string>> {
  const plane = new Plane({ clock: { kind: 'virtual', startMs: 0 }, seed: 1 });
  const services: ServiceFacts[] = [...plane.kernel.installed()]
    .map(({ service }) => ({
      name: service.name,
      operations: Object.keys(service.operations).sort(),
      resourceTypes: Object.entries(service.resourceTypes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  await plane.close();
  const ofAws = new Map<string, readonly string[] | undefined>();
  for (const { name } of services) ofAws.set(name, await operationsOfAws(name));
  return new Map([
    ['README.md', indexPage(services, ofAws)],
    ...services.map((facts) => [`${facts.name}.md`, servicePage(facts, ofAws.get(facts.name))] as const),
  ]);
}

async function writePages(): Promise<void> {
  for (const [name, text] of await servicePages()) writeFileSync(`docs/services/${name}`, text);
  const directory = mkdtempSync(join(tmpdir(), 'tickertape-assembly-'));
  const settings = readAppSettings('.');
  await buildBundles(settings, '.');
  await synthesize(settings, { directory: '.', outputDirectory: directory, accountId: '000000000000', region: 'us-east-1' });
  writeFileSync('docs/guarantees.md', guaranteesPage(deriveGuarantees(readAssembly(directory))));
  rmSync(directory, { recursive: true });
}

if (process.argv[1]?.endsWith('docs/generate.ts')) await writePages();
