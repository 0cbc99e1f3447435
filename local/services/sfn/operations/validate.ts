import type { ValidateStateMachineDefinitionInput, ValidateStateMachineDefinitionOutput } from '@aws-sdk/client-sfn';
import { diagnose } from '../../../languages/states/index.ts';

/** @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html */
const DIAGNOSTICS_MAX = 100;

/** Says what is wrong with a definition. It is told nothing of what is not emulated here: that is refused when the machine is made. */
export function validateStateMachineDefinition(input: ValidateStateMachineDefinitionInput): ValidateStateMachineDefinitionOutput {
  const found = diagnose(input.definition ?? '', input.type ?? 'STANDARD');
  const asked = found.filter(({ severity }) => severity === 'ERROR' || input.severity === 'WARNING');
  const max = input.maxResults === undefined || input.maxResults === 0 ? DIAGNOSTICS_MAX : input.maxResults;
  return {
    result: found.some(({ severity }) => severity === 'ERROR') ? 'FAIL' : 'OK',
    diagnostics: asked.slice(0, max).map(({ severity, code, message, location }) => ({ severity, code, message, ...(location !== undefined && { location }) })),
    truncated: asked.length > max,
  };
}
