#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts';
import { describeError } from './output/errors.ts';
import { type CommandError, printLine, printNote } from './output/report.ts';
import { type ColourMode, setColourMode } from './output/style.ts';

/** Where the console and the operations API of a started plane are, unless told otherwise. */
const DEFAULT_CONSOLE = 'http://127.0.0.1:4400';

function positiveNumber(text: string): number {
  const value = Number(text.replace(/\/s$/, ''));
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('It must be a port: 0 to 65535, 0 for any that is free.');
  return value;
}

const collect = (value: string, previous: string[]): string[] => [...previous, value];

function addStart(program: Command): void {
  program
    .command('start')
    .description('run the system on this machine and show what happens')
    .option('--app <command>', 'command that synthesizes the CDK app (default: "app" in cdk.json)')
    .option('--assembly <dir>', 'a cloud assembly (cdk.out) that is there already; nothing is synthesized or watched')
    .option('--port <port>', 'port of the AWS endpoint', portNumber, 4566)
    .option('--console-port <port>', 'port of the operations API', portNumber, 4400)
    .option('--data <dir>', 'keep all state in this folder; it survives even kill -9')
    .addOption(new Option('--clock <clock>', 'how time runs: real, or ten times as fast').choices(['real', 'x10']).default('real'))
    .option('--no-samples', 'place no sample orders')
    .option('--no-watch', 'do not watch sources')
    .option('--deliver-twice', 'deliver every event twice: what at-least-once delivery allows')
    .action(async (_options, command: Command) => (await import('./commands/start.ts')).start(command.optsWithGlobals()));
}

function addEvents(program: Command): void {
  const events = program.command('events').description('watch and send events');
  events
    .command('tail [types...]')
    .description('events as they happen, one line each; a type may end in *')
    .option('--consumer <name>', 'only what becomes of events at this consumer')
    .option('--thread <id>', 'only events with this correlation id')
    .option('--failures', 'only retries and dead letters')
    .action(async (types: string[], _options, command: Command) => (await import('./commands/events.ts')).tail(types, command.optsWithGlobals()));
  events
    .command('send <type>')
    .description('publish an event, checked against its schema')
    .option('--set <path=value>', 'set a member of the data; JSON where it parses as JSON', collect, [])
    .option('--file <path>', 'data as JSON; - for standard input')
    .option('--thread <id>', 'correlation id to send it under')
    .action(async (type: string, _options, command: Command) => (await import('./commands/events.ts')).send(type, command.optsWithGlobals()));
}

function addDlq(program: Command): void {
  const dlq = program.command('dlq').description('what failed, why, and the way back');
  dlq
    .command('list')
    .description('dead-letter queues that hold messages, and how many are empty; with --json all of them')
    .option('--all', 'empty ones too')
    .option('--fail-if-any', 'exit with 4 where one holds a message')
    .action(async (_options, command: Command) => (await import('./commands/dlq.ts')).list(command.optsWithGlobals()));
  dlq
    .command('show <id>')
    .description('dead letters by message id, event id, correlation id, subject or consumer; "bus" for events that no subscription can match')
    .action(async (id: string, _options, command: Command) => (await import('./commands/dlq.ts')).show(id, command.optsWithGlobals()));
  dlq
    .command('redrive <consumer>')
    .description("send a consumer's dead letters to its queue again: plan, then job")
    .option('--dry-run', 'show the plan and stop')
    .option('--rate <n/s>', 'messages a second (default: as fast as it goes)', positiveNumber)
    .option('--wait', 'wait until the job has ended and the messages were handled')
    .action(async (consumer: string, _options, command: Command) => (await import('./commands/dlq.ts')).redrive(consumer, command.optsWithGlobals()));
}

function addLoad(program: Command): void {
  program
    .command('load <file>')
    .description('place each line of an orders file as an order over HTTP and account for all of them')
    .option('--start', 'on an embedded plane of its own, ended afterwards')
    .option('--data <dir>', 'with --start: keep the state of that plane in this folder')
    .option('--deliver-twice', 'with --start: deliver every event twice')
    .option('--port <port>', 'with --start: port of the AWS endpoint', portNumber, 0)
    .option('--concurrency <n>', 'orders on their way at once', positiveNumber, 16)
    .option('--limit <n>', 'only the first n lines', positiveNumber)
    .action(async (file: string, _options, command: Command) => (await import('./commands/load.ts')).load(file, command.optsWithGlobals()));
}

function createProgram(): Command {
  const program = new Command('tickertape')
    .description('An event-driven backbone on AWS, run and operated from here.')
    .version('0.1.0')
    .option('--json', 'print one JSON object (streams: one a line)', false)
    .addOption(new Option('--color <when>', 'when to colour').choices(['auto', 'always', 'never']).default('auto'))
    .option('--console <url>', 'where a started system answers', process.env['TICKERTAPE_CONSOLE'] ?? DEFAULT_CONSOLE)
    .option('--timeout <seconds>', 'give up after this time', positiveNumber)
    .option('--debug', 'print stacks of errors', false)
    .showSuggestionAfterError()
    .exitOverride()
    .hook('preAction', (_program, command) => setColourMode(command.optsWithGlobals<{ color: ColourMode }>().color));
  addStart(program);
  program
    .command('status')
    .description('one screen of health')
    .action(async (_options, command: Command) => (await import('./commands/status.ts')).status(command.optsWithGlobals()));
  addEvents(program);
  program
    .command('trace <id>')
    .description('everything that followed from one event or order: by event id, correlation id or subject (an order id)')
    .action(async (id: string, _options, command: Command) => (await import('./commands/trace.ts')).trace(id, command.optsWithGlobals()));
  addDlq(program);
  addLoad(program);
  program.helpCommand('help [topic]', 'help on a command, or on "exit-codes"');
  return program;
}

async function main(words: string[]): Promise<number> {
  if (words.join(' ') === 'help exit-codes') {
    printLine(EXIT_CODES_HELP);
    return EXIT.ok;
  }
  const program = createProgram();
  for (const command of [program, ...program.commands, ...program.commands.flatMap((nested) => nested.commands)]) command.exitOverride();
  try {
    await program.parseAsync(words, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { json, debug } = program.opts<{ json: boolean; debug: boolean }>();
    const described: CommandError = describeError(error);
    if (json) printNote(JSON.stringify({ error: { message: described.message, exitCode: described.exitCode, advice: described.advice } }));
    else printNote([described.message, described.advice, debug && error instanceof Error ? error.stack : undefined].filter(Boolean).join('\n'));
    return described.exitCode;
  }
}

// The SDK's advice on Node versions is for its users; the version it needs is pinned here.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
// The embedded plane needs nothing of the operator's AWS configuration, and no client in this process may open it.
process.env['AWS_CONFIG_FILE'] = '/dev/null';
process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null';

process.exitCode = await main(process.argv.slice(2));
