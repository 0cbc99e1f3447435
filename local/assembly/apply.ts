import { isDeepStrictEqual } from 'node:util';
import { NotEmulated, UserError } from '../kernel/errors.ts';
import type { PhysicalResource, Properties } from '../kernel/resource.ts';
import { type AssetRegister, assetHash } from './assets.ts';
import { isCustomResource } from './custom-resource.ts';
import { evaluate, type Scope } from './intrinsics.ts';
import { generatedName } from './names.ts';
import { type AssetUse, type DeploymentRecords, type ResourceRecord, resourceKey } from './records.ts';
import type { ResourceChange } from './report.ts';
import type { HandlerPlace, ResourceHandler } from './resource-handlers.ts';
import type { PlannedResource } from './stack-plan.ts';

/** What a resource is made with. */
export interface Workplace {
  readonly records: DeploymentRecords;
  readonly assets: AssetRegister;
  handlerOf(type: string): ResourceHandler | undefined;
}

/** What is to be done with a resource, before it is done. */
export type Step =
  | { readonly action: 'none' }
  | { readonly action: 'create'; readonly reason: string }
  | { readonly action: 'update' | 'replace'; readonly reason: string; readonly existing: ResourceRecord };

/** The properties that differ, for the report. */
function changedProperties(next: Properties, previous: Properties): string[] {
  return [...new Set([...Object.keys(next), ...Object.keys(previous)])].filter((name) => !isDeepStrictEqual(next[name], previous[name]));
}

/** Why a resource needs its assets again; `undefined` where they are where they were, as they were. */
export function assetChange(record: ResourceRecord, assets: AssetRegister): string | undefined {
  for (const use of record.assets) {
    const directory = assets.directory(use.bucket, use.key);
    if (directory !== undefined && assetHash(directory) !== use.hash) return `the content of ${directory} changed`;
    if (directory !== use.directory) return `its asset is now in ${directory ?? 'no folder of the assembly'}`;
  }
  return undefined;
}

/** Compares a planned resource with what is deployed. */
export function nextStep(planned: PlannedResource, properties: Properties, existing: ResourceRecord | undefined, assets: AssetRegister): Step {
  if (!existing) return { action: 'create', reason: 'new in the template' };
  const { Type: type } = planned.template;
  if (existing.type !== type) return { action: 'replace', reason: `the type changed from ${existing.type} to ${type}`, existing };
  const changed = changedProperties(properties, existing.properties);
  if (changed.length > 0) return { action: 'update', reason: `${changed.join(', ')} changed`, existing };
  const asset = assetChange(existing, assets);
  return asset === undefined ? { action: 'none' } : { action: 'update', reason: asset, existing };
}

/** What a resource sees of its place; `uses` collects the assets it asks for. */
function placeOf(
  resource: Pick<ResourceRecord, 'stackName' | 'logicalId' | 'type' | 'metadata'>,
  generation: number,
  assets: AssetRegister,
  uses: AssetUse[],
): HandlerPlace {
  const { stackName, logicalId, type: resourceType, metadata } = resource;
  return {
    stackName,
    logicalId,
    resourceType,
    metadata,
    generatedName: (options) => generatedName({ stackName, logicalId, generation }, options),
    assetDirectory: (bucket, key) => {
      const directory = assets.directory(bucket, key);
      if (directory !== undefined) uses.push({ bucket, key, directory, hash: assetHash(directory) });
      return directory;
    },
  };
}

/**
 * Creates, updates or replaces a resource and keeps its record. A replaced resource is recorded as a leftover, to be deleted once
 * nothing refers to it any more.
 */
export async function applyStep(
  step: Exclude<Step, { action: 'none' }>,
  record: Omit<ResourceRecord, 'ref' | 'attributes' | 'assets' | 'generation'>,
  retainReplaced: boolean,
  workplace: Workplace,
): Promise<ResourceChange> {
  const handler = handlerFor(record.type, workplace);
  const existing = step.action === 'create' ? undefined : step.existing;
  const uses: AssetUse[] = [];
  let generation = existing?.generation ?? 0;
  let physical: PhysicalResource | 'replace' = 'replace';
  if (step.action === 'update') {
    const place = placeOf(record, generation, workplace.assets, uses);
    physical = await handler.update(record.properties, step.existing.properties, step.existing, place);
  }
  let isReplaced = existing !== undefined && physical === 'replace';
  if (physical === 'replace') {
    uses.length = 0;
    generation = existing ? existing.generation + 1 : 0;
    physical = await handler.create(record.properties, placeOf(record, generation, workplace.assets, uses));
  } else if (existing && isCustomResource(record.type)) {
    // A provider says by another physical id that it made a new resource.
    isReplaced = physical.ref !== existing.ref;
  }
  const { ref, attributes } = physical;
  if (existing && isReplaced && ref !== existing.ref) {
    const leftover = { ...existing, isRetainedOnDelete: retainReplaced };
    workplace.records.leftovers.put(`${resourceKey(existing.stackName, existing.logicalId)}/${existing.generation}/${existing.ref}`, leftover);
  }
  workplace.records.resources.put(resourceKey(record.stackName, record.logicalId), { ...record, ref, attributes, generation, assets: uses });
  const { stackName, logicalId, type, cdkPath } = record;
  return { action: isReplaced ? 'replace' : step.action, stackName, logicalId, type, cdkPath, physicalId: ref, reason: step.reason };
}

/**
 * Do two records stand for one resource? `Ref` alone does not say it: the stages of two APIs are both `$default`. So whatever names something
 * (`ApiId`, `QueueName`, `RoleArn`) must agree as well.
 */
function isSameResource(a: ResourceRecord, b: ResourceRecord): boolean {
  if (a.type !== b.type || a.ref !== b.ref || !isDeepStrictEqual(a.attributes, b.attributes)) return false;
  return changedProperties(a.properties, b.properties).every((name) => !/(Id|Name|Arn)$/.test(name));
}

/** Deletes a resource, or leaves it where its policy says so or where another resource of the template has taken it over. */
export async function deleteResource(record: ResourceRecord, reason: string, workplace: Workplace): Promise<ResourceChange> {
  const { stackName, logicalId, type, cdkPath, ref: physicalId } = record;
  const change = { stackName, logicalId, type, cdkPath, physicalId };
  const heir = [...workplace.records.resources.values()].find((other) => other !== record && isSameResource(other, record));
  if (heir) return { ...change, action: 'retain', reason: `${reason}, and ${heir.cdkPath} has taken it over` };
  if (record.isRetainedOnDelete) return { ...change, action: 'retain', reason: `${reason}, and its policy is Retain` };
  await handlerFor(type, workplace).delete(record, record.properties, placeOf(record, record.generation, workplace.assets, []));
  return { ...change, action: 'delete', reason };
}

function handlerFor(type: string, { handlerOf }: Workplace): ResourceHandler {
  const handler = handlerOf(type);
  if (!handler) throw new NotEmulated(`The resource type ${type}`, 'README');
  return handler;
}

/** Resolves the properties of a resource. */
export function resolveProperties(planned: PlannedResource, scope: Scope): Properties {
  const properties = evaluate(planned.template.Properties ?? {}, scope);
  if (typeof properties !== 'object' || properties === null) throw new UserError('its Properties are no object');
  return properties as Properties;
}
