/** The rule of a composite alarm as a tree. */
export type AlarmRule =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'state'; readonly state: AlarmStateValue; readonly alarm: string }
  | { readonly kind: 'not'; readonly operand: AlarmRule }
  | { readonly kind: 'and' | 'or'; readonly left: AlarmRule; readonly right: AlarmRule };

export type AlarmStateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** A rule that is none. */
export class AlarmRuleError extends Error {}

const TOKEN = /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|([^")]*?))\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))/y;

/**
 * Parses the rule of a composite alarm: `ALARM("a") AND NOT (OK(b) OR TRUE)`. `NOT` binds before `AND`, and that before `OR`.
 * An alarm is named by its name or its ARN.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
export function parseAlarmRule(source: string): AlarmRule {
  const tokens = tokenize(source);
  let at = 0;
  const takeWord = (word: string): boolean => {
    if (tokens[at] !== word) return false;
    at += 1;
    return true;
  };
  const operand = (): AlarmRule => {
    if (takeWord('NOT')) return { kind: 'not', operand: operand() };
    if (takeWord('(')) {
      const inner = disjunction();
      if (!takeWord(')')) throw new AlarmRuleError('A parenthesis is not closed');
      return inner;
    }
    const token = tokens[at];
    at += 1;
    if (token === 'TRUE' || token === 'FALSE') return { kind: 'constant', value: token === 'TRUE' };
    if (typeof token === 'object') return token;
    throw new AlarmRuleError(`Unexpected ${token ?? 'end'}`);
  };
  const conjunction = (): AlarmRule => {
    let left = operand();
    while (takeWord('AND')) left = { kind: 'and', left, right: operand() };
    return left;
  };
  const disjunction = (): AlarmRule => {
    let left = conjunction();
    while (takeWord('OR')) left = { kind: 'or', left, right: conjunction() };
    return left;
  };
  const rule = disjunction();
  if (at < tokens.length) throw new AlarmRuleError('The rule goes on after its end');
  return rule;
}

type Token = string | { readonly kind: 'state'; readonly state: AlarmStateValue; readonly alarm: string };

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw new AlarmRuleError(`Unexpected ${source.slice(at).trim().slice(0, 20)}`);
    const [, state, quoted, bare, word, sign] = match;
    if (state === undefined) tokens.push(word ?? sign ?? '');
    else tokens.push({ kind: 'state', state: state as AlarmStateValue, alarm: nameOf(quoted ?? bare ?? '') });
  }
  return tokens;
}

const nameOf = (alarm: string): string => alarm.replace(/^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:/, '');

/** Whether the rule holds, given the states of alarms by name; an alarm that is not there is in no state. */
export function holds(rule: AlarmRule, stateOf: (alarm: string) => AlarmStateValue | undefined): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'not':
      return !holds(rule.operand, stateOf);
    case 'and':
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    case 'or':
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
}

/** The names of the alarms a rule looks at. */
export function alarmsOf(rule: AlarmRule): string[] {
  switch (rule.kind) {
    case 'constant':
      return [];
    case 'state':
      return [rule.alarm];
    case 'not':
      return alarmsOf(rule.operand);
    case 'and':
    case 'or':
      return [...alarmsOf(rule.left), ...alarmsOf(rule.right)];
  }
}
