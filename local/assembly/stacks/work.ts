import { isDeepStrictEqual } from 'node:util';
import { Fault, NotEmulated } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { applyStep, deleteResource, nextStep, resolveProperties, type Step, type Workplace } from '../apply.ts';
import type { AssetRegister } from '../assets.ts';
import { liveScope, resolveOutputs } from '../live-scope.ts';
import { type DeploymentRecords, type ResourceRecord, resourceKey, type StackRecord } from '../records.ts';
import { inDependencyOrder } from '../references.ts';
import { DeploymentFailed, type DeploymentReport, type ResourceChange } from '../report.ts';
import { resourceHandlers } from '../resource-handlers.ts';
import type { PlannedResource, StackPlan } from '../stack-plan.ts';
import type { StackEvents } from './events.ts';

const KIND_OF_ACTION = {
  create: 'resource-created',
  update: 'resource-updated',
  replace: 'resource-replaced',
  delete: 'resource-deleted',
  retain: 'resource-retained',
} as const;

/** How events name what is done. */
const EVENT_OF_ACTION = { create: 'CREATE', update: 'UPDATE', replace: 'UPDATE', delete: 'DELETE', retain: 'DELETE' } as const;

/** Deleted stacks that are remembered. */
const DELETED_MAX = 100;

/** What a deployment says of a stack besides its template. */
export interface StackAbout {
  readonly origin: StackRecord['origin'];
  readonly tags: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Makes, changes and deletes the resources of stacks, one after the other, and keeps what is there. */
export class StackWork {
  readonly kernel: Kernel;
  readonly records: DeploymentRecords;
  readonly assets: AssetRegister;
  readonly events: StackEvents;
  #handlerOf: Workplace['handlerOf'] | undefined;

  constructor(parts: Pick<StackWork, 'kernel' | 'records' | 'assets' | 'events'>) {
    this.kernel = parts.kernel;
    this.records = parts.records;
    this.assets = parts.assets;
    this.events = parts.events;
  }

  get workplace(): Workplace {
    this.#handlerOf ??= resourceHandlers(this.kernel);
    return { records: this.records, assets: this.assets, handlerOf: this.#handlerOf };
  }

  /** Makes the resources of a stack as its plan has them, then its outputs. */
  async deployStack(plan: StackPlan, about: StackAbout, report: MutableReport): Promise<void> {
    const scope = liveScope(plan, this.records);
    for (const planned of plan.resources) {
      const { template, logicalId } = planned;
      const key = resourceKey(plan.stack.name, logicalId);
      const resource = { stackName: plan.stack.name, logicalId, type: template.Type, cdkPath: planned.cdkPath };
      await this.change(report, resource, this.records.resources.has(key) ? 'update' : 'create', async () => {
        const properties = resolveProperties(planned, scope);
        await this.#fetchAssets(properties);
        const existing = this.records.resources.get(key);
        const step = nextStep(planned, properties, existing, this.assets);
        const record = { ...resource, properties, ...templateFacts(planned) };
        if (step.action !== 'none') return this.#apply(step, record, template.UpdateReplacePolicy);
        if (existing) this.#keepFacts(key, existing, record);
        return undefined;
      });
    }
    this.#keepStack(plan, about, resolveOutputs(plan, scope));
  }

  /** Metadata, policies and dependencies can change without a change of the resource. */
  #keepFacts(key: string, existing: ResourceRecord, facts: Pick<ResourceRecord, 'metadata' | 'cdkPath' | 'isRetainedOnDelete' | 'needs'>): void {
    const isSame =
      JSON.stringify([existing.metadata, existing.cdkPath, existing.isRetainedOnDelete, existing.needs]) ===
      JSON.stringify([facts.metadata, facts.cdkPath, facts.isRetainedOnDelete, facts.needs]);
    if (!isSame) this.records.resources.put(key, { ...existing, ...facts });
  }

  /** Deletes what was replaced and what no plan has, users before what they use. */
  async cleanUp(plans: readonly StackPlan[], isOurs: (stackName: string) => boolean, report: MutableReport): Promise<void> {
    const { workplace } = this;
    const { stacks, resources, leftovers } = this.records;
    for (const [key, record] of [...leftovers.entries()].filter(([, { stackName }]) => isOurs(stackName)).reverse()) {
      await this.change(report, record, 'delete', () => deleteResource(record, 'replaced', workplace));
      leftovers.delete(key);
    }
    const wanted = new Set(plans.flatMap((plan) => plan.resources.map(({ logicalId }) => resourceKey(plan.stack.name, logicalId))));
    const planned = new Set(plans.map(({ stack }) => stack.name));
    const gone = new Map([...resources.entries()].filter(([key, { stackName }]) => !wanted.has(key) && isOurs(stackName)));
    const needs = (key: string): string[] => (gone.get(key)?.needs ?? []).map((need) => resourceKey(gone.get(key)?.stackName ?? '', need));
    for (const key of inDependencyOrder(gone.keys(), needs, (cycle) => cycle.join(' → ')).reverse()) {
      const record = gone.get(key) as ResourceRecord;
      const reason = planned.has(record.stackName) ? 'no longer in the template' : `the stack ${record.stackName} is gone`;
      await this.change(report, record, 'delete', () => deleteResource(record, reason, workplace));
      resources.delete(key);
    }
    for (const name of [...stacks.keys()]) if (!planned.has(name) && isOurs(name)) this.#forgetStack(name);
  }

  /** Makes one change, notes it, and says which resource it was where it fails. */
  async change(
    report: MutableReport,
    { stackName, logicalId, type, cdkPath }: Pick<ResourceRecord, 'stackName' | 'logicalId' | 'type' | 'cdkPath'>,
    action: ResourceChange['action'],
    make: () => Promise<ResourceChange | undefined>,
  ): Promise<void> {
    let change: ResourceChange | undefined;
    try {
      change = await make();
    } catch (cause) {
      this.events.resource(stackName, { logicalId, type }, `${EVENT_OF_ACTION[action]}_FAILED`, (cause as Error).message);
      await this.kernel.settled();
      throw new DeploymentFailed({ action, stackName, logicalId, type, cdkPath }, report, cause);
    }
    if (!change) {
      report.unchanged += 1;
      return;
    }
    report.changes.push(change);
    const physicalId = change.physicalId;
    if (change.action === 'retain') this.events.resource(stackName, { logicalId, type, physicalId }, 'DELETE_SKIPPED');
    else {
      const step = EVENT_OF_ACTION[change.action];
      this.events.resource(stackName, { logicalId, type, physicalId }, `${step}_IN_PROGRESS`);
      this.events.resource(stackName, { logicalId, type, physicalId }, `${step}_COMPLETE`);
    }
    const detail = { stack: stackName, logicalId, type, cdkPath, reason: change.reason };
    this.kernel.journal.append({ service: 'cloudformation', kind: KIND_OF_ACTION[change.action], arn: change.physicalId, detail });
  }
  async #apply(
    step: Exclude<Step, { action: 'none' }>,
    record: Omit<ResourceRecord, 'ref' | 'attributes' | 'assets' | 'generation'>,
    policy: string | undefined,
  ): Promise<ResourceChange> {
    const status = step.action === 'create' ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE';
    return applyStep(step, { ...record, changedMs: this.kernel.nowMs(), status }, retains(policy), this.workplace);
  }

  /** Archives that properties name by bucket and key, where they lie in a bucket of the plane. */
  async #fetchAssets(properties: unknown): Promise<void> {
    if (typeof properties !== 'object' || properties === null) return;
    const { S3Bucket: bucket, S3Key: key } = properties as Readonly<Record<string, unknown>>;
    if (typeof bucket === 'string' && typeof key === 'string') {
      if (this.assets.directory(bucket, key) === undefined) {
        const content = await objectIn(this.kernel, bucket, key);
        if (content) this.assets.fetched(bucket, key, content);
      }
      return;
    }
    for (const member of Object.values(properties)) await this.#fetchAssets(member);
  }

  #keepStack({ stack, imports }: StackPlan, { origin, tags, parameters }: StackAbout, resolved: Pick<StackRecord, 'outputs' | 'exports'>): void {
    const { name, templateText } = stack;
    const previous = this.records.stacks.get(name);
    const isNew = previous === undefined || (previous.updatedMs === undefined && previous.status === 'CREATE_IN_PROGRESS');
    const status = isNew ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE';
    const nowMs = this.kernel.nowMs();
    const isSame =
      previous !== undefined &&
      previous.templateText === templateText &&
      isDeepStrictEqual([previous.parameters, previous.outputs], [parameters, resolved.outputs]);
    if (origin === 'assembly' && !isSame) this.events.stack(name, status);
    this.records.stacks.put(name, {
      name,
      ...resolved,
      imports,
      origin,
      status: isSame && !previous.status.endsWith('_IN_PROGRESS') ? previous.status : status,
      statusReason: undefined,
      createdMs: previous?.createdMs ?? nowMs,
      updatedMs: isNew ? undefined : isSame ? previous.updatedMs : nowMs,
      templateText,
      parameters,
      tags,
    });
  }

  #forgetStack(name: string): void {
    const { stacks, deleted } = this.records;
    const stack = stacks.get(name);
    stacks.delete(name);
    if (!stack) return;
    deleted.put(name, { ...stack, outputs: {}, exports: {}, status: 'DELETE_COMPLETE', deletedMs: this.kernel.nowMs() });
    for (const oldest of deleted.keys()) {
      if (deleted.size <= DELETED_MAX) break;
      deleted.delete(oldest);
    }
  }
}

/** Content of an object in a bucket of the plane; `undefined` where there is none. */
async function objectIn(kernel: Kernel, Bucket: string, Key: string): Promise<Uint8Array | undefined> {
  try {
    const input = { Bucket, Key };
    const { Body: content } = await kernel.request<{ Body?: Uint8Array }>({ service: 's3', operation: 'GetObject', input, principal: { type: 'root' } });
    return content;
  } catch (error) {
    // Whoever needs the archive says that it is not there, and where.
    if (error instanceof Fault || error instanceof NotEmulated) return undefined;
    throw error;
  }
}

/** A report that grows. */
export interface MutableReport extends DeploymentReport {
  readonly changes: ResourceChange[];
  unchanged: number;
}

export const emptyReport = (stacks: readonly string[]): MutableReport => ({ changes: [], unchanged: 0, stacks });

const retains = (policy: string | undefined): boolean => policy === 'Retain' || policy === 'RetainExceptOnCreate';

const templateFacts = ({ template, needs }: PlannedResource): Pick<ResourceRecord, 'metadata' | 'isRetainedOnDelete' | 'needs'> => ({
  metadata: template.Metadata ?? {},
  isRetainedOnDelete: retains(template.DeletionPolicy),
  needs,
});
