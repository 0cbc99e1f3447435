import { describe, expect, it } from 'vitest';
import { AlarmRuleError, type AlarmStateValue, alarmsOf, holds, parseAlarmRule } from '../../../../local/languages/alarm-rule/alarm-rule.ts';

const STATES: Record<string, AlarmStateValue> = { red: 'ALARM', green: 'OK', grey: 'INSUFFICIENT_DATA' };

describe('an alarm rule', () => {
  it.each([
    ['TRUE', true],
    ['FALSE OR TRUE', true],
    ['ALARM(red)', true],
    ['ALARM("red") AND OK(green)', true],
    ['OK(red) OR INSUFFICIENT_DATA(grey)', true],
    ['NOT ALARM(red)', false],
    ['NOT OK(red) AND OK(red)', false],
    ['TRUE OR TRUE AND FALSE', true],
    ['(TRUE OR TRUE) AND FALSE', false],
    ['ALARM("arn:aws:cloudwatch:us-east-1:111111111111:alarm:red")', true],
    ['ALARM(absent) OR OK(absent)', false],
  ])('%s is %s', (rule, expected) => {
    expect(holds(parseAlarmRule(rule), (alarm) => STATES[alarm])).toBe(expected);
  });

  it.each(['', 'ALARM(red', 'ALARM(red) AND', '(TRUE', 'TRUE FALSE', 'RED(alarm)'])('%o is none', (rule) => {
    expect(() => parseAlarmRule(rule)).toThrow(AlarmRuleError);
  });

  it('names its alarms', () => {
    expect(alarmsOf(parseAlarmRule('ALARM(a) AND (NOT OK("b c") OR TRUE)'))).toEqual(['a', 'b c']);
  });
});
