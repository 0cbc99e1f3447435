// Writes docs/services/: what each emulated service answers of what AWS has, which resources it makes, and where it differs. Run by `npm run docs`.
import { writeFileSync } from 'node:fs';
import { Plane } from '../local/index.ts';
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
}

if (process.argv[1]?.endsWith('docs/generate.ts')) await writePages();
