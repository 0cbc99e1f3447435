import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib/core';
import { ROOT_CONTEXT_KEY } from '../../infra/constructs/bundles.ts';
import type { BackboneStack } from '../../infra/stacks/backbone-stack.ts';
import { composeSystem } from '../../infra/system.ts';

/** One resource of a template. */
export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is any JSON
  readonly Properties: any;
  readonly DeletionPolicy?: string;
}

/** A template as it is deployed. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** An app with the project's context, without validation: that has a test of its own. */
export function newApp({ root }: { readonly root?: string } = {}): App {
  process.env['CDK_VALIDATION'] = 'false';
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { readonly context: Record<string, unknown> };
  return new App({
    context: { ...context, 'aws:cdk:disable-asset-staging': true, ...(root && { [ROOT_CONTEXT_KEY]: root }) },
    analyticsReporting: false,
    treeMetadata: false,
  });
}

/** Composes the system, with what `extend` adds; answers the templates by stack. */
export function synthesize(
  extend: (app: App, backbone: BackboneStack) => void = () => {},
  options: { readonly root?: string } = {},
): ReadonlyMap<string, Template> {
  const app = newApp(options);
  extend(app, composeSystem(app));
  return new Map(app.synth().stacks.map((stack) => [stack.stackName, stack.template as Template]));
}

/** All resources of a type, with stack and logical id. */
export function resourcesOf(templates: ReadonlyMap<string, Template>, type: string): (Resource & { readonly id: string; readonly stack: string })[] {
  return [...templates].flatMap(([stack, { Resources }]) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, resource]) => ({ id, stack, ...resource })),
  );
}

/** Logical id that a `Ref` or `Fn::GetAtt` points at. */
export function targetOf(value: { readonly Ref?: string; readonly 'Fn::GetAtt'?: readonly [string, string] } | undefined): string | undefined {
  return value?.Ref ?? value?.['Fn::GetAtt']?.[0];
}
