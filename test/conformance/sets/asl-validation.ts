import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagnose } from '../../../local/languages/states/index.ts';
import type { CaseVerdict, ConformanceSet } from '../conformance-set.ts';

interface Definition {
  readonly id: string;
  readonly definitionText: string;
  readonly valid: boolean;
}

const ROLE = 'AWS refuses credentials without RoleArn: recorded in asl, test_invalid_credentials_field (The field RoleArn is required but was missing)';
const ARN = "AWS refuses foo:bar: 'Value is not a valid resource ARN at /States/…/Resource' (github.com/aws/aws-sam-cli-app-templates/issues/185)";

/** The cases were not recorded from the service; these contradict what it was recorded to answer or what its pages say. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['asl-validator/valid-task-credentials.json', ROLE],
  ['statelint/task-with-credentials.json', `${ROLE}. ${ARN}`],
  ['statelint/backoff-with-jitter-on-retry.json', ARN],
  ['statelint/backoff-with-backoffrate-integer.json', ARN],
  [
    'asl-validator/valid-map-with-item-batcher-jsonata.json',
    'AWS refuses JSONPath in a JSONata machine: recorded in asl, test_validate_state_machine_definition_type_standard[INVALID_DOWNGRADE_QUERY_LANGUAGE]',
  ],
  ['asl-validator/valid-task-intrisic-function.json', 'Resource is an Fn::GetAtt of CloudFormation, which is replaced before the service sees the definition'],
  [
    'asl-validator/invalid-json-surround-syntax-extra-spaces.json',
    'White space inside {% %} is part of the expression, where JSONata allows it; only spaces outside it are refused (docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html)',
  ],
]);

/** Definitions that two linters of the language take or refuse. */
export const aslValidation: ConformanceSet = {
  name: 'asl-validation',
  run: async (folder) => {
    const file = JSON.parse(readFileSync(join(folder, 'visible', 'cases.json'), 'utf8')) as readonly Definition[] | { readonly cases: readonly Definition[] };
    return ('cases' in file ? file.cases : file).map(tryDefinition);
  },
};

function tryDefinition({ id, definitionText, valid }: Definition): CaseVerdict {
  const errors = diagnose(definitionText, 'STANDARD').filter(({ severity }) => severity === 'ERROR');
  if ((errors.length === 0) === valid) return { id, verdict: 'passed' };
  const reason = EXCEPTIONS.get(id);
  if (reason !== undefined) return { id, verdict: 'excepted', reason };
  const found = errors.map(({ code, message, location }) => `${code}: ${message} at ${location}`).join('\n');
  return { id, verdict: 'failed', difference: valid ? `expected no errors, found\n${found}` : 'expected errors, found none' };
}
