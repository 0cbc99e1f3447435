import { type Command, Option } from 'commander';
import { collect } from '../option-values.ts';
import { examples } from './examples.ts';

const CONFIRM = ['--confirm <name>', 'confirm by the name of what is changed'] as const;

/** As `REPLAY_MODES` of operations, which the command line loads when it runs. */
const MODES = ['reprocess', 'rebuild', 'shadow'];

const modeOption = (): Option => new Option('--mode <mode>', 'effects once more, read models once more, or no effect at all and a comparison').choices(MODES);

function windowed(command: Command): Command {
  return command
    .addOption(modeOption().default('reprocess'))
    .addOption(new Option('--shadow', 'the same as --mode shadow').implies({ mode: 'shadow' }))
    .requiredOption('--from <moment>', 'begin of the window: 2026-11-20T10:00:00Z, or so long ago: 90m')
    .option('--to <moment>', 'its end', 'now')
    .option('--archive <name>', "the archive (default: the bus's only one)")
    .option('--only <consumer>', 'only to this consumer; may be given several times', collect, []);
}

function addReplay(program: Command): void {
  const replay = program.command('replay').description('send archived events to the bus again');
  const archives = replay
    .command('archives')
    .description('what is archived, since when, for how long')
    .action(async (_options, command: Command) => (await import('../commands/replay.ts')).archives(command.optsWithGlobals()));
  examples(archives, 'replay archives');
  const plan = windowed(replay.command('plan'))
    .description('how many events, to whom, at what cost, and what to mind; starts nothing')
    .action(async (_options, command: Command) => (await import('../commands/replay.ts')).plan(command.optsWithGlobals()));
  examples(plan, 'replay plan --from 2h --only analytics', 'replay plan --from 2h --only payments --shadow');
  const start = windowed(replay.command('start'))
    .description('start a replay')
    .option('--wait', 'wait until it has ended')
    .option(...CONFIRM)
    .action(async (_options, command: Command) => (await import('../commands/replay.ts')).start(command.optsWithGlobals()));
  examples(start, 'replay start --from 2026-11-20T10:00:00Z --to 2026-11-20T11:00:00Z --only analytics');
  const status = replay
    .command('status [name]')
    .description('how far replays are; of one, and of a rewind, what differs from the first time')
    .option('--differences', 'what consumers skipped, and what differs in a shadow')
    .action(async (name: string | undefined, _options, command: Command) => (await import('../commands/replay.ts')).status(name, command.optsWithGlobals()));
  examples(status, 'replay status', 'replay status r_1f0a2b3c4d-1763632800--shadow --differences');
  const cancel = replay
    .command('cancel <name>')
    .description('stop a replay; what has reached the bus stays there')
    .action(async (name: string, _options, command: Command) => (await import('../commands/replay.ts')).cancel(name, command.optsWithGlobals()));
  examples(cancel, 'replay cancel r_1f0a2b3c4d-1763632800');
}

function addConsumers(program: Command): void {
  const consumers = program.command('consumers').description('who consumes, how far behind, paused or not');
  const list = consumers
    .command('list')
    .description('the consumers, what they take, what waits for them, and whether they run')
    .action(async (_options, command: Command) => (await import('../commands/consumers.ts')).list(command.optsWithGlobals()));
  examples(list, 'consumers list');
  const lag = consumers
    .command('lag')
    .description('how far each consumer is behind, and when its queue would be empty')
    .option('--watch', 'look again every two seconds; in a pipe a line of JSON each')
    .action(async (_options, command: Command) => (await import('../commands/consumers.ts')).lag(command.optsWithGlobals()));
  examples(lag, 'consumers lag --watch');
  const pause = consumers
    .command('pause <consumer>')
    .description('stop taking from its queue (disables its event source mapping); messages wait')
    .option(...CONFIRM)
    .action(async (consumer: string, _options, command: Command) =>
      (await import('../commands/consumers.ts')).setEnabled(consumer, command.optsWithGlobals(), { isEnabled: false }),
    );
  examples(pause, 'consumers pause notifications');
  const resume = consumers
    .command('resume <consumer>')
    .description('take from its queue again')
    .option(...CONFIRM)
    .action(async (consumer: string, _options, command: Command) =>
      (await import('../commands/consumers.ts')).setEnabled(consumer, command.optsWithGlobals(), { isEnabled: true }),
    );
  examples(resume, 'consumers resume notifications');
  const rewind = consumers
    .command('rewind <consumer>')
    .description('let a consumer group read the stream again from an earlier place on; no other group moves')
    .requiredOption('--to <place>', 'trim-horizon, 2026-11-20T10:00:00Z, so long ago (90m), or a sequence number')
    .addOption(modeOption().makeOptionMandatory())
    .option('--dry-run', 'only the plan: per shard from and to, records, time, cost')
    .option('--pause', 'stop the group for it; without this a group that runs is not rewound')
    .option('--accept-loss', 'begin with what is left, where the stream has forgotten part of it')
    .option(...CONFIRM)
    .action(async (consumer: string, _options, command: Command) => (await import('../commands/consumers.ts')).rewind(consumer, command.optsWithGlobals()));
  examples(rewind, 'consumers rewind audit --to 2h --mode reprocess --dry-run', 'consumers rewind audit --to trim-horizon --mode shadow --pause');
}

function addJobs(program: Command): void {
  const jobs = program.command('jobs').description('redrives and replays, of every terminal');
  const list = jobs
    .command('list')
    .description('the jobs of the last 60 days, the newest first')
    .action(async (_options, command: Command) => (await import('../commands/jobs.ts')).list(command.optsWithGlobals()));
  examples(list, 'jobs list');
  const show = jobs
    .command('show <id>')
    .description('what a job has done')
    .action(async (id: string, _options, command: Command) => (await import('../commands/jobs.ts')).show(id, command.optsWithGlobals()));
  examples(show, 'jobs show j_mia8k2f0_b220cc');
  const cancel = jobs
    .command('cancel <id>')
    .description('stop a job after the messages at hand')
    .action(async (id: string, _options, command: Command) => (await import('../commands/jobs.ts')).cancel(id, command.optsWithGlobals()));
  examples(cancel, 'jobs cancel j_mia8k2f0_b220cc');
}

/** Commands that steer what runs. */
export function addOperating(program: Command): void {
  addReplay(program);
  addConsumers(program);
  addJobs(program);
}
