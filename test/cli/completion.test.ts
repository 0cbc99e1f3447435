import { expect, it } from 'vitest';
import { candidates } from '../../cli/completion.ts';
import { createProgram } from '../../cli/program.ts';

const program = createProgram();
const complete = (line: string): Promise<string[]> => candidates(program, line.split(' '), async () => ['inventory', 'payments', 'payments-refund']);

it.each([
  ['dl', ['dlq']],
  ['dlq re', ['redrive']],
  ['dlq redrive pay', ['payments', 'payments-refund']],
  ['dlq redrive payments --ca', ['--canary']],
  ['replay start --only inv', ['inventory']],
  ['consumers pause ', ['inventory', 'payments', 'payments-refund']],
  ['why some-event in', ['inventory']],
  ['completion ', []],
  ['--end', ['--endpoint']],
  ['nonsense x', []],
])('completes: tickertape %s', async (line, found) => {
  expect(await complete(line)).toEqual(found);
});

it('has help with an example for every command', () => {
  const leaves = program.commands
    .flatMap((command) => (command.commands.length > 0 ? command.commands : [command]))
    .filter((command) => !command.name().startsWith('_'));
  for (const command of leaves) {
    let text = '';
    command.configureOutput({ writeOut: (piece) => (text += piece) }).outputHelp();
    expect(text, command.name()).toMatch(/Examples?:\n {2}\$ tickertape /);
    expect(command.description(), command.name()).not.toBe('');
  }
});
