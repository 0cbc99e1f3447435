import { type Command, Option } from 'commander';
import { collect, portNumber, positiveNumber } from '../option-values.ts';
import { examples } from './examples.ts';

function addStart(program: Command): void {
  const start = program
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
    .action(async (_options, command: Command) => (await import('../commands/start.ts')).start(command.optsWithGlobals()));
  examples(start, 'start --data .tickertape/data', 'start --assembly cdk.out --port 0 --console-port 0');
}

function addEvents(program: Command): void {
  const events = program.command('events').description('watch and send events');
  const tail = events
    .command('tail [types...]')
    .description('events as they happen, one line each; a type may end in *')
    .option('--consumer <name>', 'only what becomes of events at this consumer')
    .option('--thread <id>', 'only events with this correlation id')
    .option('--failures', 'only retries and dead letters')
    .action(async (types: string[], _options, command: Command) => (await import('../commands/events.ts')).tail(types, command.optsWithGlobals()));
  examples(tail, "events tail 'Order*'", 'events tail --failures --json');
  const send = events
    .command('send <type>')
    .description('publish an event, checked against its schema')
    .option('--set <path=value>', 'set a member of the data; JSON where it parses as JSON', collect, [])
    .option('--file <path>', 'data as JSON; - for standard input')
    .option('--thread <id>', 'correlation id to send it under')
    .action(async (type: string, _options, command: Command) => (await import('../commands/events.ts')).send(type, command.optsWithGlobals()));
  examples(send, 'events send OrderConfirmed --set orderId=o-1 --set customerId=c1 --set confirmedAt=2026-01-01T00:00:00Z');
}

function addLoad(program: Command): void {
  const load = program
    .command('load <file>')
    .description('place each line of an orders file as an order over HTTP and account for all of them')
    .option('--start', 'on an embedded plane of its own, ended afterwards')
    .option('--data <dir>', 'with --start: keep the state of that plane in this folder')
    .option('--deliver-twice', 'with --start: deliver every event twice')
    .option('--port <port>', 'with --start: port of the AWS endpoint', portNumber, 0)
    .option('--concurrency <n>', 'orders on their way at once', positiveNumber, 16)
    .option('--limit <n>', 'only the first n lines', positiveNumber)
    .addOption(
      new Option('--flow <flow>', 'which orders a saga leads: none, all, or every other one')
        .choices(['choreography', 'orchestration', 'half'])
        .default('choreography'),
    )
    .action(async (file: string, _options, command: Command) => (await import('../commands/load.ts')).load(file, command.optsWithGlobals()));
  examples(load, 'load examples/cdnow/orders.txt --start --limit 200');
}

/** Commands that run a system and bring events into it. */
export function addRunning(program: Command): void {
  addStart(program);
  addEvents(program);
  addLoad(program);
}
