import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyStatement } from '../../../../local/kernel/principal.ts';
import { matchesGlob } from '../../../../local/languages/policy/glob.ts';
import { compilePolicy } from '../../../../local/languages/policy/policy.ts';
import type { PolicyPrincipal } from '../../../../local/languages/policy/request.ts';

const ROLE: PolicyPrincipal = { type: 'AWS', names: ['arn:aws:iam::1:role/r', 'arn:aws:sts::1:assumed-role/r/s'], accountId: '1' };
const EVENTS: PolicyPrincipal = { type: 'Service', names: ['events.amazonaws.com'], accountId: '1' };
const QUEUE = 'arn:aws:sqs:us-east-1:1:q';

interface Case {
  readonly name: string;
  readonly statement: Omit<PolicyStatement, 'Effect'> & { Effect?: 'Allow' | 'Deny' };
  readonly action?: string;
  readonly principal?: PolicyPrincipal;
  readonly keys?: Record<string, string[]>;
  readonly verdict: 'allow' | 'deny' | 'none';
}

const CASES: readonly Case[] = [
  { name: 'the action and resource', statement: { Action: 'sqs:SendMessage', Resource: QUEUE }, verdict: 'allow' },
  { name: 'actions in any case', statement: { Action: 'SQS:sendmessage', Resource: QUEUE }, verdict: 'allow' },
  { name: 'wildcards', statement: { Action: ['sns:*', 'sqs:Send*'], Resource: 'arn:aws:sqs:*:1:?' }, verdict: 'allow' },
  { name: 'another action', statement: { Action: 'sqs:ReceiveMessage', Resource: QUEUE }, verdict: 'none' },
  { name: 'another resource', statement: { Action: 'sqs:SendMessage', Resource: `${QUEUE}2` }, verdict: 'none' },
  { name: 'all actions but', statement: { NotAction: 'sqs:SendMessage', Resource: '*' }, verdict: 'none' },
  { name: 'all resources but', statement: { Action: '*', NotResource: 'arn:aws:s3:::*' }, verdict: 'allow' },
  { name: 'a deny', statement: { Effect: 'Deny', Action: '*', Resource: '*' }, verdict: 'deny' },
  { name: 'a named service', statement: { Action: '*', Resource: '*', Principal: { Service: 'events.amazonaws.com' } }, principal: EVENTS, verdict: 'allow' },
  { name: 'another service', statement: { Action: '*', Resource: '*', Principal: { Service: 'sns.amazonaws.com' } }, principal: EVENTS, verdict: 'none' },
  { name: 'a named role', statement: { Action: '*', Resource: '*', Principal: { AWS: 'arn:aws:iam::1:role/r' } }, verdict: 'allow' },
  { name: 'everyone', statement: { Action: '*', Resource: '*', Principal: { AWS: '*' } }, verdict: 'allow' },
  { name: 'everyone, a service too', statement: { Action: '*', Resource: '*', Principal: { AWS: '*' } }, principal: EVENTS, verdict: 'allow' },
  { name: 'every service', statement: { Action: '*', Resource: '*', Principal: { Service: '*' } }, principal: EVENTS, verdict: 'allow' },
  { name: 'the account, which allows nobody by itself', statement: { Action: '*', Resource: '*', Principal: { AWS: 'arn:aws:iam::1:root' } }, verdict: 'none' },
  { name: 'the account, denied', statement: { Effect: 'Deny', Action: '*', Resource: '*', Principal: { AWS: '1' } }, verdict: 'deny' },
  { name: 'all but a role', statement: { Action: '*', Resource: '*', NotPrincipal: { AWS: 'arn:aws:iam::1:role/r' } }, verdict: 'none' },
  {
    name: 'a condition that holds',
    statement: { Action: '*', Resource: '*', Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:*:1:rule/*' } } },
    keys: { 'aws:sourcearn': ['arn:aws:events:us-east-1:1:rule/b/r'] },
    verdict: 'allow',
  },
  {
    name: 'a condition that does not',
    statement: { Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:SourceAccount': '2' } } },
    keys: { 'aws:sourceaccount': ['1'] },
    verdict: 'none',
  },
  { name: 'a key that is absent', statement: { Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:SourceAccount': '1' } } }, verdict: 'none' },
  {
    name: 'an absent key with IfExists',
    statement: { Action: '*', Resource: '*', Condition: { StringEqualsIfExists: { 'aws:SourceAccount': '1' } } },
    verdict: 'allow',
  },
  {
    name: 'an absent key under a negation',
    statement: { Action: '*', Resource: '*', Condition: { StringNotEquals: { 'aws:SourceAccount': '1' } } },
    verdict: 'allow',
  },
  { name: 'Null', statement: { Action: '*', Resource: '*', Condition: { Null: { 'aws:SourceArn': 'true' } } }, verdict: 'allow' },
  {
    name: 'insecure transport, denied',
    statement: { Effect: 'Deny', Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    keys: { 'aws:securetransport': ['true'] },
    verdict: 'none',
  },
  {
    name: 'for all values',
    statement: { Action: '*', Resource: '*', Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['A#*'] } } },
    keys: { 'dynamodb:leadingkeys': ['A#1', 'B#1'] },
    verdict: 'none',
  },
  {
    name: 'for any value',
    statement: { Action: '*', Resource: '*', Condition: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['A#*'] } } },
    keys: { 'dynamodb:leadingkeys': ['A#1', 'B#1'] },
    verdict: 'allow',
  },
  {
    name: 'numbers',
    statement: { Action: '*', Resource: '*', Condition: { NumericLessThanEquals: { 's3:max-keys': '10' } } },
    keys: { 's3:max-keys': ['9'] },
    verdict: 'allow',
  },
  {
    name: 'addresses',
    statement: { Action: '*', Resource: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
    keys: { 'aws:sourceip': ['11.0.0.1'] },
    verdict: 'none',
  },
  {
    name: 'dates',
    statement: { Action: '*', Resource: '*', Condition: { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } },
    keys: { 'aws:currenttime': ['2026-01-01T00:00:00Z'] },
    verdict: 'allow',
  },
  {
    name: 'a policy variable',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    statement: { Action: '*', Resource: 'arn:aws:sqs:us-east-1:${aws:PrincipalAccount}:q' },
    keys: { 'aws:principalaccount': ['1'] },
    verdict: 'allow',
  },
];

describe('a policy', () => {
  it.each(CASES)('decides: $name', ({ statement, action = 'sqs:SendMessage', principal = ROLE, keys = {}, verdict }) => {
    const policy = compilePolicy({ Statement: { Effect: 'Allow', ...statement } });
    expect(policy.verdict({ action, resource: QUEUE, principal, conditionKeys: new Map(Object.entries(keys)) })).toBe(verdict);
  });

  it('lets a deny win over an allow, in either order', () => {
    const allow: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' };
    const deny: PolicyStatement = { Effect: 'Deny', Action: 'sqs:*', Resource: '*' };
    for (const statements of [
      [allow, deny],
      [deny, allow],
    ]) {
      const policy = compilePolicy({ Statement: statements });
      expect(policy.verdict({ action: 'sqs:SendMessage', resource: QUEUE, principal: ROLE, conditionKeys: new Map() })).toBe('deny');
    }
  });

  it('refuses an operator that does not exist', () => {
    expect(() => compilePolicy({ Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringSounds: { a: 'b' } } } })).toThrow(
      'StringSounds does not exist',
    );
  });
});

describe('a glob', () => {
  it('matches as the same pattern written as a regular expression', () => {
    const pieces = fc.array(fc.constantFrom('a', 'b', '*', '?', ':'), { maxLength: 10 }).map((parts) => parts.join(''));
    const texts = fc.array(fc.constantFrom('a', 'b', ':'), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pieces, texts, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(matchesGlob(pattern, text)).toBe(expression.test(text));
      }),
    );
  });
});
