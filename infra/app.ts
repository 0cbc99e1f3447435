import { readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib/core';
import { composeSystem } from './system.ts';

/**
 * The context of cdk.json. The CDK's command line hands it over; read here as well, the app makes the same templates without it.
 *
 * It has the feature flags that the CDK recommends, but for one: references between stacks are exports (`defaultCrossStackReferences: strong`) and not `Fn::GetStackOutput`.
 * CloudFormation then refuses to delete or replace the bus, the API or the index while a stack uses them. A weak reference lets that pass, and consumers would go on
 * waiting at a bus that nobody publishes to. The price: the last user of an export has to go before the export does.
 */
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
