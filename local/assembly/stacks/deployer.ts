import { isDeepStrictEqual } from 'node:util';
import { Fault, NotEmulated, UserError } from '../../kernel/errors.ts';
import { checkPlans } from '../check.ts';
import type { AssemblyStack } from '../load.ts';
import { stackId } from '../names.ts';
import { resolveParameters, shownParameters } from '../parameters.ts';
import type { DeletedStack, ResourceRecord, StackRecord, StackStatus } from '../records.ts';
import { DeploymentFailed } from '../report.ts';
import { planStack, type StackPlan } from '../stack-plan.ts';
import { parseTemplate, type Template } from '../template.ts';
import { BOOTSTRAP_STACK, bootstrapTemplate } from './bootstrap.ts';
import type { StackEvent } from './events.ts';
import { readTemplateText } from './template-text.ts';
import { emptyReport, type StackWork } from './work.ts';

/** A stack as it is to be. */
export interface StackRequest {
  readonly name: string;
  readonly templateText: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** What a failure has done is taken back, unless it is not to be. */
  readonly isRollbackDisabled: boolean;
}

/** A resource that a request would touch. */
export interface StackChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string | undefined;
}

/**
 * Deploys stacks one by one, as CloudFormation's API asks for them. A stack has its status before the call ends; the work goes on behind it.
 * Differs from AWS: resources are replaced and deleted by the plane itself, whatever role a stack has; their creation takes no time of its own.
 */
export class StackDeployer {
  readonly #work: StackWork;

  constructor(work: StackWork) {
    this.#work = work;
  }

  /** All stacks that there are. */
  all(): StackRecord[] {
    return [...this.#work.records.stacks.values()];
  }

  /** The last stacks that were deleted. */
  deleted(): DeletedStack[] {
    return [...this.#work.records.deleted.values()];
  }

  find(name: string): StackRecord | undefined {
    return this.#work.records.stacks.get(name);
  }

  /** The ARN of a stack of that name. */
  idOf(name: string): string {
    return stackId(name, this.#work.kernel);
  }

  resources(name: string): ResourceRecord[] {
    return [...this.#work.records.resources.values()].filter(({ stackName }) => stackName === name);
  }

  /** The events of a stack, the oldest first. */
  events(name: string): readonly StackEvent[] {
    return this.#work.events.of(name);
  }

  /** The template of a text; a `UserError` says what is wrong with it. */
  template(text: string): Template {
    const template = parseTemplate(readTemplateText(text), 'Template format error');
    if (Object.keys(template.Resources).length === 0) throw new UserError('Template format error: At least one Resources member must be defined.');
    return template;
  }

  /** Makes the stack that `cdk deploy` needs, where it is not there. */
  async bootstrap(): Promise<void> {
    if (this.find(BOOTSTRAP_STACK)) return;
    const request = { name: BOOTSTRAP_STACK, templateText: bootstrapTemplate(), parameters: {}, tags: {}, isRollbackDisabled: true };
    this.begin(request, 'CREATE_IN_PROGRESS');
    await this.run(request);
  }

  /** What a request would change. A `UserError` for a template that cannot be resolved, `AssemblyNotEmulated` for one that asks for what is not here. */
  async changes(request: StackRequest): Promise<StackChange[]> {
    const plan = await this.#plan(request);
    const existing = new Map(this.resources(request.name).map((record) => [record.logicalId, record]));
    const previousText = this.find(request.name)?.templateText;
    const previous = previousText === undefined ? undefined : this.template(previousText);
    const before = this.find(request.name)?.parameters ?? {};
    const now = shownParameters(plan.stack.template, request.parameters);
    const changed = new Set(Object.keys({ ...before, ...now }).filter((name) => before[name] !== now[name]));
    const changes: StackChange[] = [];
    for (const { logicalId, template, references } of plan.resources) {
      const record = existing.get(logicalId);
      existing.delete(logicalId);
      const isSame = isDeepStrictEqual(previous?.Resources[logicalId], template) && ![...references.names].some((name) => changed.has(name));
      if (!record) changes.push({ action: 'Add', logicalId, type: template.Type, physicalId: undefined });
      else if (!isSame) changes.push({ action: 'Modify', logicalId, type: template.Type, physicalId: record.ref });
    }
    for (const { logicalId, type, ref } of existing.values()) changes.push({ action: 'Remove', logicalId, type, physicalId: ref });
    return changes;
  }

  /** Whether a request would change outputs, which no resource shows. */
  changesOutputs({ name, templateText }: StackRequest): boolean {
    const previous = this.find(name)?.templateText;
    return previous === undefined || !isDeepStrictEqual(this.template(previous).Outputs, this.template(templateText).Outputs);
  }

  /** Gives a stack a status and its first event; `run` does the work. */
  begin(request: StackRequest, status: 'CREATE_IN_PROGRESS' | 'UPDATE_IN_PROGRESS' | 'REVIEW_IN_PROGRESS'): void {
    const { records, kernel, events } = this.#work;
    const existing = this.find(request.name);
    if (status === 'UPDATE_IN_PROGRESS' && existing) records.stacks.put(request.name, { ...existing, status, statusReason: 'User Initiated' });
    else {
      records.deleted.delete(request.name);
      const { name, templateText, parameters, tags } = request;
      const times = { createdMs: existing?.createdMs ?? kernel.nowMs(), updatedMs: undefined };
      const nothing = { outputs: {}, exports: {}, imports: [], origin: 'api' as const, statusReason: 'User Initiated' };
      records.stacks.put(name, { name, templateText, parameters, tags, status, ...times, ...nothing });
    }
    events.stack(request.name, status, 'User Initiated');
  }

  /** Creates or updates the stack that was begun. Its status says how that ended; what failed is taken back. */
  async run(request: StackRequest): Promise<void> {
    const { name } = request;
    const before = this.find(name);
    const isNew = before?.status === 'CREATE_IN_PROGRESS';
    try {
      await this.#deploy(request);
      this.#end(name, isNew ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE');
    } catch (error) {
      const reason = reasonOf(error);
      if (request.isRollbackDisabled) this.#end(name, isNew ? 'CREATE_FAILED' : 'UPDATE_FAILED', reason);
      else await this.#rollBack(before, isNew, reason);
    }
    await this.#work.kernel.settled();
  }

  /** Gives a stack that is to be deleted its status; `remove` does the work. */
  beginRemoval(name: string): void {
    this.#setStatus(name, 'DELETE_IN_PROGRESS', 'User Initiated');
    this.#work.events.stack(name, 'DELETE_IN_PROGRESS', 'User Initiated');
  }

  /** Deletes the stack whose removal was begun, with its resources. */
  async remove(name: string): Promise<void> {
    try {
      await this.#work.cleanUp([], (stackName) => stackName === name, emptyReport([name]));
      this.#work.events.stack(name, 'DELETE_COMPLETE');
    } catch (error) {
      this.#end(name, 'DELETE_FAILED', reasonOf(error));
    }
    await this.#work.kernel.settled();
  }

  async #plan({ name, templateText, parameters }: StackRequest): Promise<StackPlan> {
    const template = this.template(templateText);
    const cdkPaths = new Map(
      Object.entries(template.Resources).flatMap(([logicalId, { Metadata: metadata }]) => {
        const path = metadata?.['aws:cdk:path'];
        return typeof path === 'string' ? [[logicalId, path] as const] : [];
      }),
    );
    const stack: AssemblyStack = { name, templateFile: name, template, templateText, accountId: undefined, region: undefined, dependencies: [], cdkPaths };
    const { kernel, workplace } = this.#work;
    const plan = planStack(stack, await resolveParameters(stack, parameters, kernel), kernel);
    checkPlans([plan], workplace.handlerOf);
    const exported = new Set(this.all().flatMap(({ exports }) => Object.keys(exports)));
    const missing = plan.imports.find((imported) => !exported.has(imported));
    if (missing !== undefined) throw new UserError(`No export named ${missing} found.`);
    return plan;
  }

  async #deploy(request: StackRequest): Promise<void> {
    const plan = await this.#plan(request);
    const { name, tags } = request;
    const report = emptyReport([name]);
    const parameters = shownParameters(plan.stack.template, request.parameters);
    await this.#work.deployStack(plan, { origin: 'api', tags, parameters }, report);
    await this.#work.cleanUp([plan], (stackName) => stackName === name, report);
  }

  async #rollBack(before: StackRecord | undefined, isNew: boolean, reason: string): Promise<void> {
    const name = before?.name ?? '';
    const prefix = isNew ? 'ROLLBACK' : 'UPDATE_ROLLBACK';
    this.#end(name, `${prefix}_IN_PROGRESS`, reason);
    try {
      if (isNew) {
        const kept = this.find(name);
        await this.#work.cleanUp([], (stackName) => stackName === name, emptyReport([name]));
        if (kept) this.#work.records.stacks.put(name, kept);
        this.#work.records.deleted.delete(name);
      } else if (before) {
        await this.#deploy({ ...before, isRollbackDisabled: true });
      }
      this.#end(name, `${prefix}_COMPLETE`, isNew ? reason : undefined);
    } catch (error) {
      this.#end(name, `${prefix}_FAILED`, reasonOf(error));
    }
  }

  #end(name: string, status: StackStatus, reason?: string): void {
    this.#setStatus(name, status, reason);
    this.#work.events.stack(name, status, reason);
  }

  #setStatus(name: string, status: StackStatus, statusReason: string | undefined): void {
    const stack = this.find(name);
    if (!stack) return;
    const hasEnded = !status.endsWith('_IN_PROGRESS') && !status.startsWith('CREATE') && !status.startsWith('ROLLBACK');
    this.#work.records.stacks.put(name, { ...stack, status, statusReason, ...(hasEnded && { updatedMs: this.#work.kernel.nowMs() }) });
  }
}

/** Why a deployment failed, in one line. What is no failure of it is a bug and is thrown on. */
function reasonOf(error: unknown): string {
  if (error instanceof Fault || error instanceof NotEmulated) return error.message;
  if (!(error instanceof UserError)) throw error;
  if (!(error instanceof DeploymentFailed)) return error.message;
  const { cause, failed } = error;
  return `The following resource(s) failed to ${failed.action}: [${failed.logicalId}]. ${(cause as Error).message}`;
}
