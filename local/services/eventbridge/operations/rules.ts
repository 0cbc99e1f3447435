import type {
  DeleteRuleCommandInput,
  DescribeRuleCommandInput,
  DescribeRuleCommandOutput,
  DisableRuleCommandInput,
  EnableRuleCommandInput,
  ListRuleNamesByTargetCommandInput,
  ListRuleNamesByTargetCommandOutput,
  ListRulesCommandInput,
  ListRulesCommandOutput,
  PutRuleCommandInput,
  PutRuleCommandOutput,
  Rule as WireRule,
} from '@aws-sdk/client-eventbridge';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import { limitExceeded, managedRule, ruleHasTargets } from '../errors.ts';
import { busNameOf, type Events, findBus, findRule, type Output, page } from '../naming.ts';
import { checkTriggers, RULES_MAX } from '../rules.ts';
import { type Rule, deleteRule as removeRule, ruleArn, ruleKey, rulesOf, putRule as storeRule } from '../state.ts';
import { tagsOf } from './tags.ts';

function wireRule(rule: Rule): WireRule {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.pattern,
    State: rule.state,
    Description: rule.description,
    ScheduleExpression: rule.schedule,
    RoleArn: rule.roleArn,
    EventBusName: rule.busName,
    ManagedBy: rule.managedBy,
  };
}

/** A rule that a service manages is not to be changed; it is removed with `Force` only. */
export function refuseManaged(rule: Rule): void {
  if (rule.managedBy !== undefined) throw managedRule(rule.name);
}

/** Makes a rule, or replaces what a rule says; its targets and tags stay. */
export function putRule(input: PutRuleCommandInput, context: Events): Output<PutRuleCommandOutput> {
  const { kernel, state } = context;
  const members = ['Name', 'ScheduleExpression', 'EventPattern', 'State', 'Description', 'RoleArn', 'Tags', 'EventBusName'];
  refuseAllBut(members, input, { operation: 'PutRule', page: 'eventbridge' });
  const { Name: name = '', EventPattern: pattern, ScheduleExpression: schedule, State: ruleState = 'ENABLED' } = input;
  if (ruleState !== 'ENABLED' && ruleState !== 'DISABLED') throw new NotEmulated(`PutRule with State ${ruleState}`, 'eventbridge');
  const { name: busName } = findBus(context, input.EventBusName);
  checkTriggers({ busName, pattern, schedule });
  const previous = state.rules.get(ruleKey(busName, name));
  if (previous) refuseManaged(previous);
  if (!previous && rulesOf(state, busName).length >= RULES_MAX) throw limitExceeded();
  const isAsScheduled = previous !== undefined && previous.schedule === schedule && previous.state === ruleState;
  const rule: Rule = {
    name,
    busName,
    arn: ruleArn(kernel, busName, name),
    pattern: pattern || undefined,
    schedule: schedule || undefined,
    state: ruleState,
    description: input.Description,
    roleArn: input.RoleArn,
    tags: previous?.tags ?? tagsOf(input.Tags),
    enabledMs: isAsScheduled ? previous.enabledMs : kernel.nowMs(),
    targets: previous?.targets ?? [],
  };
  storeRule(state, rule);
  return { RuleArn: rule.arn };
}

export function describeRule(input: DescribeRuleCommandInput, context: Events): Output<DescribeRuleCommandOutput> {
  return { ...wireRule(findRule(context, { name: input.Name, bus: input.EventBusName })), CreatedBy: context.kernel.accountId };
}

export function listRules(input: ListRulesCommandInput, context: Events): Output<ListRulesCommandOutput> {
  const { NamePrefix: prefix = '', Limit: limit, NextToken: token } = input;
  const rules = rulesOf(context.state, findBus(context, input.EventBusName).name).filter(({ name }) => name.startsWith(prefix));
  const { items, nextToken } = page(rules, ({ name }) => name, { limit, token });
  return { Rules: items.map(wireRule), NextToken: nextToken };
}

export function listRuleNamesByTarget(input: ListRuleNamesByTargetCommandInput, context: Events): Output<ListRuleNamesByTargetCommandOutput> {
  const { TargetArn: targetArn, Limit: limit, NextToken: token } = input;
  const rules = rulesOf(context.state, findBus(context, input.EventBusName).name);
  const names = rules.filter(({ targets }) => targets.some(({ Arn }) => Arn === targetArn)).map(({ name }) => name);
  const { items, nextToken } = page(names, (name) => name, { limit, token });
  return { RuleNames: [...items], NextToken: nextToken };
}

export function enableRule(input: EnableRuleCommandInput, context: Events): Record<string, never> {
  const rule = findRule(context, { name: input.Name, bus: input.EventBusName });
  refuseManaged(rule);
  if (rule.state !== 'ENABLED') storeRule(context.state, { ...rule, state: 'ENABLED', enabledMs: context.kernel.nowMs() });
  return {};
}

export function disableRule(input: DisableRuleCommandInput, context: Events): Record<string, never> {
  const rule = findRule(context, { name: input.Name, bus: input.EventBusName });
  refuseManaged(rule);
  storeRule(context.state, { ...rule, state: 'DISABLED' });
  return {};
}

/** Deletes a rule that has no targets; a rule that does not exist is deleted already. */
export function deleteRule(input: DeleteRuleCommandInput, { state }: Events): Record<string, never> {
  const rule = state.rules.get(ruleKey(busNameOf(input.EventBusName), input.Name ?? ''));
  if (rule && input.Force !== true) refuseManaged(rule);
  if (rule && rule.targets.length > 0) throw ruleHasTargets();
  if (rule) removeRule(state, rule);
  return {};
}
