import { isObject } from '../json.ts';
import { parseDefinitionText } from './json-syntax.ts';
import { labelRefusal } from './label.ts';
import { checkMachine } from './machine.ts';
import { type Diagnostic, Report } from './report.ts';

/** The kinds of state machines. */
export type MachineType = 'STANDARD' | 'EXPRESS';

/** What `ValidateStateMachineDefinition` finds in a definition; nothing in a valid one. */
export function diagnose(text: string, type: MachineType): readonly Diagnostic[] {
  if (text.trim() === '') return [{ severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object' }];
  const parsed = parseDefinitionText(text);
  if ('diagnostic' in parsed) return [parsed.diagnostic];
  if (!isObject(parsed.value)) return [{ severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object' }];
  const report = new Report(type === 'EXPRESS');
  checkMachine(parsed.value, report);
  return report.diagnostics;
}

/** The message of the `InvalidDefinition` with which `CreateStateMachine` refuses a definition; undefined where it takes it. */
export function refusalOf(text: string, type: MachineType): string | undefined {
  const errors = diagnose(text, type).filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) return `Invalid State Machine Definition: '${errors.map(printed).join(', ')}'`;
  const parsed = parseDefinitionText(text);
  return 'value' in parsed ? labelRefusal(parsed.value, text) : undefined;
}

function printed({ code, message, location }: Diagnostic): string {
  // The message of broken JSON tells its place itself.
  const hasPlace = location === undefined || message.endsWith(location);
  return hasPlace ? `${code}: ${message}` : `${code}: ${message.trimEnd()} at ${location}`;
}
