// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of CloudFormation hold ${…}
import { expect, it } from 'vitest';
import { evaluate, evaluateCondition, NO_VALUE, type Scope } from '../../../local/assembly/intrinsics.ts';

const scope: Scope = {
  stackName: 'S',
  region: 'eu-west-1',
  ref: (name) => ({ Queue: 'queue-url', List: ['x', 'y'], 'AWS::NoValue': NO_VALUE, 'AWS::Region': 'eu-west-1' })[name],
  attribute: (logicalId, attribute) => `${logicalId}:${attribute}`,
  condition: (name) => name === 'Yes',
  mapping: (name) => ({ Sizes: { small: { cpu: 1 } } })[name],
  importValue: (name) => `import(${name})`,
  stackOutput: ({ stackName, region, outputName }) => `${stackName}/${region}/${outputName}`,
};

it.each([
  { name: 'Ref', value: { Ref: 'Queue' }, is: 'queue-url' },
  {
    name: 'GetAtt as list and as text, nested attribute',
    value: [{ 'Fn::GetAtt': ['Q', 'Arn'] }, { 'Fn::GetAtt': 'Q.Outputs.X' }],
    is: ['Q:Arn', 'Q:Outputs.X'],
  },
  { name: 'NoValue leaves out members and elements', value: { a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }, 2] }, is: { b: [1, 2] } },
  { name: 'an object with a member like a function among others is data', value: { Ref: 'Queue', Other: 1 }, is: { Ref: 'Queue', Other: 1 } },
  {
    name: 'Condition inside a policy is data',
    value: { Condition: { StringEquals: { a: { Ref: 'Queue' } } } },
    is: { Condition: { StringEquals: { a: 'queue-url' } } },
  },
  { name: 'Join of numbers and references', value: { 'Fn::Join': ['-', ['a', 1, { Ref: 'Queue' }]] }, is: 'a-1-queue-url' },
  { name: 'Join of a list parameter', value: { 'Fn::Join': [',', { Ref: 'List' }] }, is: 'x,y' },
  {
    name: 'Sub with reference, attribute, pseudo parameter and literal',
    value: { 'Fn::Sub': '${Queue} ${Q.Arn} ${AWS::Region} ${!Literal}' },
    is: 'queue-url Q:Arn eu-west-1 ${Literal}',
  },
  { name: 'Sub with variables', value: { 'Fn::Sub': ['${A}/${B.C}', { A: { Ref: 'Queue' }, 'B.C': 'bc' }] }, is: 'queue-url/bc' },
  { name: 'Sub does not look at what it put in', value: { 'Fn::Sub': ['${A}', { A: '${!B}${C}' }] }, is: '${!B}${C}' },
  { name: 'If takes one branch', value: [{ 'Fn::If': ['Yes', 1, { Ref: 'Nobody' }] }, { 'Fn::If': ['No', 1, 2] }], is: [1, 2] },
  { name: 'Select and Split', value: { 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, is: 'b' },
  { name: 'ImportValue', value: { 'Fn::ImportValue': { 'Fn::Sub': 'x-${AWS::Region}' } }, is: 'import(x-eu-west-1)' },
  { name: 'GetStackOutput, region by default', value: { 'Fn::GetStackOutput': { StackName: 'P', OutputName: 'O' } }, is: 'P/eu-west-1/O' },
  {
    name: 'FindInMap and its default',
    value: [{ 'Fn::FindInMap': ['Sizes', 'small', 'cpu'] }, { 'Fn::FindInMap': ['Sizes', 'big', 'cpu', { DefaultValue: 9 }] }],
    is: [1, 9],
  },
  { name: 'Base64', value: { 'Fn::Base64': 'abc' }, is: 'YWJj' },
  { name: 'GetAZs', value: { 'Fn::GetAZs': '' }, is: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
  { name: 'Length', value: { 'Fn::Length': { Ref: 'List' } }, is: 2 },
  { name: 'ToJsonString', value: { 'Fn::ToJsonString': { a: { Ref: 'Queue' }, b: { Ref: 'AWS::NoValue' } } }, is: '{"a":"queue-url"}' },
])('$name', ({ value, is }) => {
  expect(evaluate(value, scope)).toEqual(is);
});

it.each([
  { value: { 'Fn::Equals': [1, '1'] }, holds: true },
  { value: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] }, holds: false },
  { value: { 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Equals': ['a', 'a'] }] }, holds: true },
  { value: { 'Fn::Or': [{ Condition: 'No' }, { 'Fn::Not': [{ Condition: 'No' }] }] }, holds: true },
  { value: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] }, holds: false },
  { value: { 'Fn::Contains': [['a', 'b'], 'b'] }, holds: true },
  { value: { 'Fn::Contains': [{ Ref: 'List' }, 'b'] }, holds: false },
])('the condition $value is $holds', ({ value, holds }) => {
  expect(evaluateCondition(value, scope)).toBe(holds);
});

it.each([
  { value: { 'Fn::Select': [5, ['a']] }, message: 'Fn::Select in stack S cannot be resolved as it is written: [5,["a"]]' },
  { value: { 'Fn::Join': ['-', [{ a: 1 }]] }, message: 'Fn::Join in stack S' },
  { value: { 'Fn::FindInMap': ['Sizes', 'big', 'cpu'] }, message: 'the mapping Sizes has no big → cpu' },
  { value: { 'Fn::Transform': {} }, message: 'The intrinsic function Fn::Transform is not emulated' },
  { value: { 'Fn::GetStackOutput': { StackName: 'P', OutputName: 'O', RoleArn: 'r' } }, message: 'Fn::GetStackOutput with RoleArn is not emulated' },
])('$value is refused', ({ value, message }) => {
  expect(() => evaluate(value, scope)).toThrow(message);
});
