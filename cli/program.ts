import { Command, Option } from 'commander';
import { httpAddress, positiveNumber } from './option-values.ts';
import { type ColourMode, setColourMode } from './output/style.ts';
import { addCompleting } from './tree/completing.ts';
import { addDeadLetters } from './tree/dead-letters.ts';
import { addLooking } from './tree/looking.ts';
import { addOperating } from './tree/operating.ts';
import { addProjections } from './tree/projections.ts';
import { addRunning } from './tree/running.ts';
import { addSagas } from './tree/sagas.ts';

/** Where the console and the operations API of a started plane are, unless told otherwise. */
const DEFAULT_CONSOLE = 'http://127.0.0.1:4400';

/** The tree of commands. Each loads what it needs when it is called. */
export function createProgram(): Command {
  const program = new Command('tickertape')
    .description('An event-driven backbone on AWS, run and operated from here.')
    .version('0.1.0')
    .option('--json', 'print one JSON object (streams: one a line)', false)
    .addOption(new Option('--color <when>', 'when to colour').choices(['auto', 'always', 'never']).default('auto'))
    .addOption(new Option('--console <url>', 'where a started system answers').argParser(httpAddress).default(DEFAULT_CONSOLE).env('TICKERTAPE_CONSOLE'))
    .addOption(
      new Option('--target <target>', 'where the system is: started here, or on AWS (help targets)')
        .choices(['embedded', 'aws'])
        .default('embedded')
        .env('TICKERTAPE_TARGET'),
    )
    .option('--endpoint <url>', 'work through the AWS services at this address', httpAddress)
    .option('--region <region>', 'with --target aws: the Region')
    .option('--profile <profile>', 'with --target aws: the profile of the AWS configuration')
    .option('--timeout <seconds>', 'give up after this time', positiveNumber)
    .option('--debug', 'print stacks of errors', false)
    .showSuggestionAfterError()
    .exitOverride()
    .hook('preAction', (_program, command) => setColourMode(command.optsWithGlobals<{ color: ColourMode }>().color));
  addRunning(program);
  addLooking(program);
  addDeadLetters(program);
  addOperating(program);
  addProjections(program);
  addSagas(program);
  addCompleting(program);
  program.helpCommand('help [topic]', 'help on a command, or on "exit-codes", "filters", "targets"');
  return program;
}
