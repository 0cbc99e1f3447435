import type { Command } from 'commander';
import { wholeNumber } from '../option-values.ts';
import { examples } from './examples.ts';

function addAggregate(program: Command): void {
  const aggregate = program.command('aggregate').description('what is kept as a stream of events, at any moment of it');
  const show = aggregate
    .command('show <type> <id>')
    .description('the state of an aggregate: now, after so many events, or at a time')
    .option('--at <moment>', 'a version (3), a time (2026-03-15T14:32:00Z), or so long ago (90m); the events of that instant are in it')
    .action(async (type: string, id: string, _options, command: Command) =>
      (await import('../commands/aggregate.ts')).show({ type, id }, command.optsWithGlobals()),
    );
  examples(show, 'aggregate show Order 0b9d6f0e-… --at 2026-03-15T14:32:00Z', 'aggregate show Order 0b9d6f0e-… --at 1');
  const log = aggregate
    .command('log <type> <id>')
    .description('the events of an aggregate, in order')
    .option('--after <version>', 'only those after this version', wholeNumber)
    .option('--limit <n>', 'so many at most', wholeNumber, 200)
    .action(async (type: string, id: string, _options, command: Command) =>
      (await import('../commands/aggregate.ts')).log({ type, id }, command.optsWithGlobals()),
    );
  examples(log, 'aggregate log Order 0b9d6f0e-…');
  const diff = aggregate
    .command('diff <type> <id> <from> <to>')
    .description('what differs between two moments of an aggregate: versions, times, or so long ago')
    .action(async (type: string, id: string, from: string, to: string, _options, command: Command) =>
      (await import('../commands/aggregate.ts')).diff({ type, id, from, to }, command.optsWithGlobals()),
    );
  const feed = aggregate
    .command('feed <type>')
    .description("the events of all aggregates of a type, in an order that never changes; scans the service's table")
    .option('--after <position>', 'only those after this place in the feed')
    .option('--limit <n>', 'so many at most', wholeNumber, 200)
    .action(async (type: string, _options, command: Command) => (await import('../commands/aggregate.ts')).feed(type, command.optsWithGlobals()));
  examples(feed, 'aggregate feed Order --limit 1000');
  const forget = aggregate
    .command('forget <subject>')
    .description('delete the key under which the personal data of a person is sealed; what it sealed is lost, in every event and copy')
    .option('--confirm <subject>', 'confirm by the name of who is forgotten')
    .action(async (subject: string, _options, command: Command) => (await import('../commands/forget.ts')).forget(subject, command.optsWithGlobals()));
  examples(forget, 'aggregate forget c-1234 --confirm c-1234');
  examples(diff, 'aggregate diff Order 0b9d6f0e-… 1 2', 'aggregate diff Order 0b9d6f0e-… 1h now');
}

/** Commands that answer a question and change nothing. */
export function addLooking(program: Command): void {
  const status = program
    .command('status')
    .description('one screen of health')
    .action(async (_options, command: Command) => (await import('../commands/status.ts')).status(command.optsWithGlobals()));
  examples(status, 'status', 'status --target aws --profile prod --region eu-west-1');
  const trace = program
    .command('trace <id>')
    .description('everything that followed from one event or order: by event id, correlation id or subject (an order id)')
    .action(async (id: string, _options, command: Command) => (await import('../commands/trace.ts')).trace(id, command.optsWithGlobals()));
  examples(trace, 'trace 83b870b0-6d6a-4b6c-9d2e-2f1f6d1c5c11');
  const why = program
    .command('why <event> <consumer>')
    .description('why a consumer did or did not process an event: published, rule, pattern, target, filter, mapping, attempts, dead letter, commit')
    .option('--event <file>', 'the event as JSON, where nobody remembers it: would this consumer get it?')
    .action(async (event: string, consumer: string, _options, command: Command) =>
      (await import('../commands/why.ts')).why(event, consumer, command.optsWithGlobals()),
    );
  examples(why, 'why 5f0c2f7e-51a4-5d0a-8c1c-0a4f3c8d7b11 inventory');
  const topology = program
    .command('topology')
    .description('events, rules, queues and consumers as a tree')
    .action(async (_options, command: Command) => (await import('../commands/topology.ts')).topology(command.optsWithGlobals()));
  examples(topology, 'topology', 'topology --json | jq .data.events');
  addAggregate(program);
  const doctor = program
    .command('doctor')
    .description('check this machine, who you are, and that every consumer can be reached')
    .option('--data <dir>', 'look at this data folder too')
    .action(async (_options, command: Command) => (await import('../commands/doctor.ts')).doctor(command.optsWithGlobals()));
  examples(doctor, 'doctor', 'doctor --endpoint http://127.0.0.1:4566');
}
