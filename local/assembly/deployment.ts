import { UserError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { applyStep, assetChange, deleteResource, nextStep, resolveProperties, type Workplace } from './apply.ts';
import { AssetRegister } from './assets.ts';
import { checkPlans } from './check.ts';
import { liveScope, resolveOutputs } from './live-scope.ts';
import type { Assembly } from './load.ts';
import { resolveParameters } from './parameters.ts';
import { type DeploymentRecords, openRecords, type ResourceRecord, resourceKey } from './records.ts';
import { inDependencyOrder } from './references.ts';
import { DeploymentFailed, type DeploymentReport, type ResourceChange } from './report.ts';
import { resourceHandlers } from './resource-handlers.ts';
import { orderStacks, type PlannedResource, planStack, type StackPlan } from './stack-plan.ts';

/** A deployed resource, as tools look it up. */
export type DeployedResource = Pick<ResourceRecord, 'stackName' | 'logicalId' | 'type' | 'cdkPath' | 'attributes' | 'properties'> & {
  readonly physicalId: string;
};

/** A resource whose asset folder no longer holds what it held when it was deployed. */
export interface ChangedAsset {
  readonly stack: string;
  readonly logicalId: string;
  readonly directory: string;
}

const KIND_OF_ACTION = {
  create: 'resource-created',
  update: 'resource-updated',
  replace: 'resource-replaced',
  delete: 'resource-deleted',
  retain: 'resource-retained',
} as const;

/**
 * The resources of cloud assemblies on one plane. What is deployed is kept in collections: after a restart with a data folder the same assembly
 * changes nothing. Services must be installed before.
 *
 * Differs from AWS: a failure rolls nothing back (what was done stays, the next deployment goes on); resources are deleted once all stacks are
 * up to date; a stack that the assembly no longer has is deleted.
 */
export class Deployment {
  readonly #kernel: Kernel;
  readonly #records: DeploymentRecords;
  readonly #assets = new AssetRegister();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#records = openRecords(kernel);
  }

  /**
   * Makes the plane as the assembly has it: creates, updates, replaces and deletes what differs, in dependency order.
   * `parameters` gives values by stack name and parameter.
   * Throws `AssemblyNotEmulated` before anything is done, `UserError` for a template that cannot be resolved, and `DeploymentFailed`.
   */
  async deploy(
    assembly: Assembly,
    options: { readonly parameters?: Readonly<Record<string, Readonly<Record<string, string>>>> } = {},
  ): Promise<DeploymentReport> {
    const plans: StackPlan[] = [];
    for (const stack of assembly.stacks) {
      this.#checkEnvironment(stack.name, stack.accountId, stack.region);
      plans.push(planStack(stack, await resolveParameters(stack, options.parameters?.[stack.name] ?? {}, this.#kernel), this.#kernel));
    }
    const ordered = orderStacks(plans);
    const workplace = this.#workplace();
    checkPlans(ordered, workplace.handlerOf);
    this.#assets.use(assembly, (text) => this.#resolvePlaceholders(text));
    const report = { changes: [] as ResourceChange[], unchanged: 0, stacks: ordered.map(({ stack }) => stack.name) };
    for (const plan of ordered) await this.#deployStack(plan, workplace, report);
    await this.#cleanUp(ordered, workplace, report);
    await this.#kernel.settled();
    return report;
  }

  /** Updates the resources whose asset folders have changed since they were deployed. */
  async reloadAssets(): Promise<DeploymentReport> {
    const workplace = this.#workplace();
    const report = { changes: [] as ResourceChange[], unchanged: 0, stacks: [] as string[] };
    for (const existing of [...this.#records.resources.values()]) {
      const reason = assetChange(existing, this.#assets);
      if (reason === undefined) continue;
      const { ref: _ref, attributes: _attributes, assets: _assets, generation: _generation, ...record } = existing;
      await this.#change(report, existing, 'update', () => applyStep({ action: 'update', reason, existing }, record, existing.isRetainedOnDelete, workplace));
    }
    await this.#kernel.settled();
    return report;
  }

  /** The resources that `reloadAssets` would update. */
  changedAssets(): ChangedAsset[] {
    return [...this.#records.resources.values()]
      .filter((record) => assetChange(record, this.#assets) !== undefined)
      .map(({ stackName: stack, logicalId, assets }) => ({ stack, logicalId, directory: assets[0]?.directory ?? '' }));
  }

  /** Folders of all assets in use, for whoever watches them. */
  assetDirectories(): string[] {
    return [...new Set([...this.#records.resources.values()].flatMap(({ assets }) => assets.map(({ directory }) => directory)))];
  }

  /** Output values by stack and output key. */
  get outputs(): Readonly<Record<string, Readonly<Record<string, string>>>> {
    return Object.fromEntries([...this.#records.stacks.values()].map(({ name, outputs }) => [name, outputs]));
  }

  /** All deployed resources. */
  resources(): DeployedResource[] {
    return [...this.#records.resources.values()].map(deployed);
  }

  /** The resource with that logical id. */
  find(stackName: string, logicalId: string): DeployedResource | undefined {
    const record = this.#records.resources.get(resourceKey(stackName, logicalId));
    return record && deployed(record);
  }

  /** The resource that `Ref`, or whose ARN, gives this text. */
  findByPhysicalId(physicalId: string): DeployedResource | undefined {
    const record = [...this.#records.resources.values()].find(({ ref, attributes }) => ref === physicalId || attributes['Arn'] === physicalId);
    return record && deployed(record);
  }

  /** The resource with that construct path (`Orders/Queue/Resource`), or the one that is `Resource` in that construct. */
  findByCdkPath(cdkPath: string): DeployedResource | undefined {
    const record = [...this.#records.resources.values()].find((candidate) => candidate.cdkPath === cdkPath || candidate.cdkPath === `${cdkPath}/Resource`);
    return record && deployed(record);
  }

  /** Deletes all stacks. What has the policy Retain stays in its service. */
  async destroy(): Promise<DeploymentReport> {
    const report = { changes: [] as ResourceChange[], unchanged: 0, stacks: [...this.#records.stacks.keys()] };
    await this.#cleanUp([], this.#workplace(), report);
    await this.#kernel.settled();
    return report;
  }

  /** Removes the folders into which assets were unpacked. */
  close(): void {
    this.#assets.close();
  }

  #workplace(): Workplace {
    return { records: this.#records, assets: this.#assets, handlerOf: resourceHandlers(this.#kernel) };
  }

  #checkEnvironment(stackName: string, accountId: string | undefined, region: string | undefined): void {
    const { accountId: ownAccount, region: ownRegion } = this.#kernel;
    if ((accountId ?? ownAccount) === ownAccount && (region ?? ownRegion) === ownRegion) return;
    throw new UserError(
      `The stack ${stackName} is for ${accountId ?? ownAccount}/${region ?? ownRegion}; this plane is ${ownAccount}/${ownRegion}. Start the plane for that account and region, or synthesize without one.`,
    );
  }

  /** Asset manifests hold `${AWS::AccountId}` and its like in plain text. */
  #resolvePlaceholders(text: string): string {
    const { accountId: AccountId, region: Region, partition: Partition } = this.#kernel;
    const values: Record<string, string> = { AccountId, Region, Partition };
    return text.replace(/\$\{AWS::(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  }

  async #deployStack(plan: StackPlan, workplace: Workplace, report: MutableReport): Promise<void> {
    const scope = liveScope(plan, this.#records);
    for (const planned of plan.resources) {
      const { template, logicalId } = planned;
      const key = resourceKey(plan.stack.name, logicalId);
      const about = { stackName: plan.stack.name, logicalId, type: template.Type, cdkPath: planned.cdkPath };
      await this.#change(report, about, this.#records.resources.has(key) ? 'update' : 'create', async () => {
        const properties = resolveProperties(planned, scope);
        const existing = this.#records.resources.get(key);
        const step = nextStep(planned, properties, existing, this.#assets);
        const record = { ...about, properties, ...templateFacts(planned) };
        if (step.action !== 'none') return applyStep(step, record, retains(template.UpdateReplacePolicy), workplace);
        if (existing) this.#keepFacts(key, existing, record);
        return undefined;
      });
    }
    this.#records.stacks.put(plan.stack.name, { name: plan.stack.name, ...resolveOutputs(plan, scope) });
  }

  /** Metadata, policies and dependencies can change without a change of the resource. */
  #keepFacts(key: string, existing: ResourceRecord, facts: Pick<ResourceRecord, 'metadata' | 'cdkPath' | 'isRetainedOnDelete' | 'needs'>): void {
    const isSame =
      JSON.stringify([existing.metadata, existing.cdkPath, existing.isRetainedOnDelete, existing.needs]) ===
      JSON.stringify([facts.metadata, facts.cdkPath, facts.isRetainedOnDelete, facts.needs]);
    if (!isSame) this.#records.resources.put(key, { ...existing, ...facts });
  }

  /** Deletes what was replaced and what no plan has, users before what they use. */
  async #cleanUp(plans: readonly StackPlan[], workplace: Workplace, report: MutableReport): Promise<void> {
    const { stacks, resources, leftovers } = this.#records;
    for (const [key, record] of [...leftovers.entries()].reverse()) {
      await this.#change(report, record, 'delete', () => deleteResource(record, 'replaced', workplace));
      leftovers.delete(key);
    }
    const wanted = new Set(plans.flatMap((plan) => plan.resources.map(({ logicalId }) => resourceKey(plan.stack.name, logicalId))));
    const planned = new Set(plans.map(({ stack }) => stack.name));
    const gone = new Map([...resources.entries()].filter(([key]) => !wanted.has(key)));
    const needs = (key: string): string[] => (gone.get(key)?.needs ?? []).map((need) => resourceKey(gone.get(key)?.stackName ?? '', need));
    for (const key of inDependencyOrder(gone.keys(), needs, (cycle) => cycle.join(' → ')).reverse()) {
      const record = gone.get(key) as ResourceRecord;
      const reason = planned.has(record.stackName) ? 'no longer in the template' : `the stack ${record.stackName} is gone`;
      await this.#change(report, record, 'delete', () => deleteResource(record, reason, workplace));
      resources.delete(key);
    }
    for (const name of [...stacks.keys()]) if (!planned.has(name)) stacks.delete(name);
  }

  /** Makes one change, notes it, and says which resource it was where it fails. */
  async #change(
    report: MutableReport,
    { stackName, logicalId, type, cdkPath }: Pick<ResourceRecord, 'stackName' | 'logicalId' | 'type' | 'cdkPath'>,
    action: ResourceChange['action'],
    make: () => Promise<ResourceChange | undefined>,
  ): Promise<void> {
    let change: ResourceChange | undefined;
    try {
      change = await make();
    } catch (cause) {
      await this.#kernel.settled();
      throw new DeploymentFailed({ action, stackName, logicalId, type, cdkPath }, report, cause);
    }
    if (!change) {
      report.unchanged += 1;
      return;
    }
    report.changes.push(change);
    const detail = { stack: stackName, logicalId, type, cdkPath, reason: change.reason };
    this.#kernel.journal.append({ service: 'cloudformation', kind: KIND_OF_ACTION[change.action], arn: change.physicalId, detail });
  }
}

interface MutableReport extends DeploymentReport {
  readonly changes: ResourceChange[];
  unchanged: number;
}

const retains = (policy: string | undefined): boolean => policy === 'Retain' || policy === 'RetainExceptOnCreate';

const templateFacts = ({ template, needs }: PlannedResource): Pick<ResourceRecord, 'metadata' | 'isRetainedOnDelete' | 'needs'> => ({
  metadata: template.Metadata ?? {},
  isRetainedOnDelete: retains(template.DeletionPolicy),
  needs,
});

function deployed({ stackName, logicalId, type, cdkPath, ref, attributes, properties }: ResourceRecord): DeployedResource {
  return { stackName, logicalId, type, cdkPath, physicalId: ref, attributes, properties };
}
