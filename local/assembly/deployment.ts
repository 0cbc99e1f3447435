import { UserError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { applyStep, assetChange } from './apply.ts';
import { AssetRegister } from './assets.ts';
import { checkPlans } from './check.ts';
import type { Assembly } from './load.ts';
import { resolveParameters, shownParameters } from './parameters.ts';
import { type DeploymentRecords, openRecords, type ResourceRecord, resourceKey } from './records.ts';
import type { DeploymentReport } from './report.ts';
import { orderStacks, planStack, type StackPlan } from './stack-plan.ts';
import { StackDeployer } from './stacks/deployer.ts';
import { StackEvents } from './stacks/events.ts';
import { emptyReport, StackWork } from './stacks/work.ts';

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
  readonly #work: StackWork;
  /** Deploys single stacks, for the API. */
  readonly stacks: StackDeployer;

  /** `assetFolder` keeps archives that were fetched from buckets. */
  constructor(kernel: Kernel, options: { readonly assetFolder?: string | undefined } = {}) {
    this.#kernel = kernel;
    this.#records = openRecords(kernel);
    const assets = new AssetRegister({ folder: options.assetFolder });
    this.#work = new StackWork({ kernel, records: this.#records, assets, events: new StackEvents(kernel) });
    this.stacks = new StackDeployer(this.#work);
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
    const parameters = new Map<string, Readonly<Record<string, string>>>();
    for (const stack of assembly.stacks) {
      this.#checkEnvironment(stack.name, stack.accountId, stack.region);
      const given = options.parameters?.[stack.name] ?? {};
      parameters.set(stack.name, shownParameters(stack.template, given));
      plans.push(planStack(stack, await resolveParameters(stack, given, this.#kernel), this.#kernel));
    }
    const ordered = orderStacks(plans);
    checkPlans(ordered, this.#work.workplace.handlerOf);
    this.#work.assets.use(assembly, (text) => this.#resolvePlaceholders(text));
    const report = emptyReport(ordered.map(({ stack }) => stack.name));
    for (const plan of ordered) {
      await this.#work.deployStack(plan, { origin: 'assembly', tags: {}, parameters: parameters.get(plan.stack.name) ?? {} }, report);
    }
    await this.#work.cleanUp(ordered, (name) => report.stacks.includes(name) || this.#records.stacks.get(name)?.origin !== 'api', report);
    await this.#kernel.settled();
    return report;
  }

  /** Updates the resources whose asset folders have changed since they were deployed. */
  async reloadAssets(): Promise<DeploymentReport> {
    const { assets, workplace } = this.#work;
    const report = emptyReport([]);
    for (const existing of this.#ofAssemblies()) {
      const reason = assetChange(existing, assets);
      if (reason === undefined) continue;
      const { ref: _ref, attributes: _attributes, assets: _assets, generation: _generation, ...record } = existing;
      await this.#work.change(report, existing, 'update', () =>
        applyStep({ action: 'update', reason, existing }, record, existing.isRetainedOnDelete, workplace),
      );
    }
    await this.#kernel.settled();
    return report;
  }

  /** The resources that `reloadAssets` would update. */
  changedAssets(): ChangedAsset[] {
    return this.#ofAssemblies()
      .filter((record) => assetChange(record, this.#work.assets) !== undefined)
      .map(({ stackName: stack, logicalId, assets }) => ({ stack, logicalId, directory: assets[0]?.directory ?? '' }));
  }

  /** Folders of all assets in use, for whoever watches them. */
  assetDirectories(): string[] {
    return [...new Set(this.#ofAssemblies().flatMap(({ assets }) => assets.map(({ directory }) => directory)))];
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
    const report = emptyReport([...this.#records.stacks.keys()]);
    await this.#work.cleanUp([], () => true, report);
    await this.#kernel.settled();
    return report;
  }

  /** Removes the folders into which assets were unpacked. */
  close(): void {
    this.#work.assets.close();
  }

  /** Resources of stacks whose assets lie in folders; those deployed through the API have theirs in buckets, which nobody edits. */
  #ofAssemblies(): ResourceRecord[] {
    return [...this.#records.resources.values()].filter(({ stackName }) => this.#records.stacks.get(stackName)?.origin !== 'api');
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
}

function deployed({ stackName, logicalId, type, cdkPath, ref, attributes, properties }: ResourceRecord): DeployedResource {
  return { stackName, logicalId, type, cdkPath, physicalId: ref, attributes, properties };
}
