import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { SagaVerification } from '../../simulator/sagas/verification.ts';
import { assemblyWith } from '../local/assembly/world.ts';
import { type Defects, STEPS, shopMachine } from './shop-machine.ts';

const ACCOUNT = '000000000000';
const arn = (service: string, resource: string): string => `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`;
const attribute = (logicalId: string): object => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

function bundle(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickertape-test-'));
  buildSync({
    entryPoints: ['test/fixtures/shop/participant.mjs'],
    outfile: join(folder, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
  });
  return folder;
}

const role = (service: string): object => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }] },
    Policies: [{ PolicyName: 'all', PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } }],
  },
});

const parameter = (name: string, value: object): object => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name: name, Type: 'String', Value: JSON.stringify(value) },
});

/** Queue, function, mapping and description of the participant that takes one step. */
function participant(step: string, defects: Defects): Record<string, object> {
  const name = step.toLowerCase();
  const queueUrl = `http://127.0.0.1:4566/${ACCOUNT}/shop-${name}`;
  return {
    [`${step}Queue`]: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `shop-${name}`, VisibilityTimeout: 60 } },
    [`${step}Function`]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: `shop-${name}`,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 10,
        Role: attribute('FunctionRole'),
        Code: { S3Bucket: 'assets', S3Key: 'participant.zip' },
        Environment: { Variables: { TABLE_NAME: { Ref: 'Work' }, ...(defects.repeatsUndo && { REPEATS_UNDO: defects.repeatsUndo }) } },
      },
    },
    [`${step}Mapping`]: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: attribute(`${step}Queue`), FunctionName: { Ref: `${step}Function` }, BatchSize: 1 },
    },
    [`${step}Consumer`]: parameter(`/tickertape/consumers/${name}-commands`, { consumer: `${name}-commands`, functionName: `shop-${name}`, queueUrl }),
  };
}

function machine(defects: Defects): Record<string, object> {
  const queues = Object.fromEntries(STEPS.map((step) => [`${step}Queue`, { Ref: `${step}Queue` }]));
  const steps = STEPS.map((name) => ({
    name,
    participant: name.toLowerCase(),
    hasUndo: name !== 'Ship' && name !== defects.withoutUndo,
    isForwardOnly: name === 'Ship',
  }));
  return {
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'shop',
        RoleArn: attribute('MachineRole'),
        DefinitionString: JSON.stringify(shopMachine(defects)),
        DefinitionSubstitutions: { Table: { Ref: 'Sagas' }, ...queues },
      },
    },
    Watchdog: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.states'], detail: { stateMachineArn: [arn('states', 'stateMachine:shop')], status: ['ABORTED'] } },
        Targets: [
          {
            Id: 'again',
            Arn: { Ref: 'Machine' },
            RoleArn: attribute('RuleRole'),
            InputTransformer: { InputPathsMap: { id: '$.detail.name' }, InputTemplate: '{"sagaId": <id>, "isAgain": true}' },
          },
        ],
      },
    },
    Saga: parameter('/tickertape/sagas/Shop', { saga: 'Shop', stateMachineArn: arn('states', 'stateMachine:shop'), tableName: 'shop-sagas', steps }),
  };
}

const table = (name: string, keys: readonly string[]): object => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
  },
});

/** Writes the assembly of a small shop with one saga: reserve, charge, ship. */
export function shopAssembly(defects: Defects = {}): string {
  const Resources = {
    FunctionRole: role('lambda.amazonaws.com'),
    MachineRole: role('states.amazonaws.com'),
    RuleRole: role('events.amazonaws.com'),
    Work: table('shop-work', ['pk']),
    Sagas: table('shop-sagas', ['pk', 'sk']),
    ...Object.assign({}, ...STEPS.map((step) => participant(step, defects))),
    ...machine(defects),
  };
  const assets = { participant: { path: bundle(), packaging: 'zip', bucket: 'assets', key: 'participant.zip' } };
  return assemblyWith({ Shop: { template: { Resources }, assets } });
}

/** What must hold of the shop: what was done is kept or undone, and each once. */
export const shopVerification: SagaVerification = {
  start: async (system, key) => {
    const sagaId = key.replace(/[^\w-]/g, '-');
    const input = JSON.stringify({ sagaId });
    await system.request('sfn', 'StartExecution', { stateMachineArn: arn('states', 'stateMachine:shop'), name: sagaId, input });
    return sagaId;
  },
  invariants: {
    'what was done is kept or undone': async (system, { sagaId, state }) => {
      const entries = await system.items((item) => item['saga'] === sagaId);
      const kept = (step: string): number => entries.filter((entry) => entry['step'] === step).reduce((sum, { kind }) => sum + (kind === 'done' ? 1 : -1), 0);
      const expected = state === 'COMPLETED' ? 1 : 0;
      const wrong = STEPS.find((step) => kept(step) !== expected);
      return wrong && { step: wrong, cause: `${wrong} is kept ${kept(wrong)} times, expected ${expected}` };
    },
  },
};
