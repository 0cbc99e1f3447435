import type {
  ListTargetsByRuleCommandInput,
  ListTargetsByRuleCommandOutput,
  PutTargetsCommandInput,
  PutTargetsCommandOutput,
  RemoveTargetsCommandInput,
  RemoveTargetsCommandOutput,
  Target,
} from '@aws-sdk/client-eventbridge';
import type { Kernel } from '../../../kernel/kernel.ts';
import { limitExceeded } from '../errors.ts';
import { type Events, findRule, type Output, page } from '../naming.ts';
import { checkTarget, TARGETS_MAX } from '../rules.ts';
import { putRule } from '../state.ts';
import { refuseManaged } from './rules.ts';

/** The targets with others added, each in place of the one that has its id. */
export function mergeTargets(existing: readonly Target[], added: readonly Target[], kernel: Kernel): readonly Target[] {
  const byId = new Map(existing.map((target) => [target.Id, target]));
  for (const target of added) {
    checkTarget(target, kernel);
    byId.set(target.Id, target);
  }
  if (byId.size > TARGETS_MAX) throw limitExceeded();
  return [...byId.values()];
}

export function putTargets(input: PutTargetsCommandInput, context: Events): Output<PutTargetsCommandOutput> {
  const rule = findRule(context, { name: input.Rule, bus: input.EventBusName });
  refuseManaged(rule);
  putRule(context.state, { ...rule, targets: mergeTargets(rule.targets, input.Targets ?? [], context.kernel) });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

export function removeTargets(input: RemoveTargetsCommandInput, context: Events): Output<RemoveTargetsCommandOutput> {
  const rule = findRule(context, { name: input.Rule, bus: input.EventBusName });
  if (input.Force !== true) refuseManaged(rule);
  const removed = new Set(input.Ids);
  putRule(context.state, { ...rule, targets: rule.targets.filter(({ Id = '' }) => !removed.has(Id)) });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

export function listTargetsByRule(input: ListTargetsByRuleCommandInput, context: Events): Output<ListTargetsByRuleCommandOutput> {
  const { targets } = findRule(context, { name: input.Rule, bus: input.EventBusName });
  const { items, nextToken } = page(targets, ({ Id = '' }) => Id, { limit: input.Limit, token: input.NextToken });
  return { Targets: [...items], NextToken: nextToken };
}
