import { readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib/core';
import { composeSystem } from './system.ts';

/** The context of cdk.json. The CDK's command line hands it over; read here as well, the app makes the same templates without it. */
function contextOfProject(): Record<string, unknown> {
  const project = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')) as { readonly context: Record<string, unknown> };
  return project.context;
}

// `cdk.out` where nothing else is said: `node --import tsx infra/app.ts` alone writes the assembly.
const app = new App({ context: contextOfProject(), outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out', analyticsReporting: false, treeMetadata: false });
composeSystem(app);
if (process.env['CDK_VALIDATION'] !== 'false') {
  // Loaded only here: it takes longer to load than the system takes to compose.
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
app.synth();
