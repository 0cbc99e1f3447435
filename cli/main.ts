#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { keepHeapsSmall } from './heap.ts';
import { describeError } from './output/errors.ts';
import { type CommandError, printNote, printProblem, printText } from './output/report.ts';
import { createProgram } from './program.ts';
import { isOnAws } from './target.ts';
import { TOPICS } from './topics.ts';

async function main(words: string[]): Promise<number> {
  const topic = words[0] === 'help' && words.length === 2 ? TOPICS[words[1] ?? ''] : undefined;
  if (topic !== undefined) {
    printText(topic);
    return EXIT.ok;
  }
  const program = createProgram();
  for (const command of [program, ...program.commands, ...program.commands.flatMap((nested) => nested.commands)]) command.exitOverride();
  program.hook('preAction', (_program, command) => {
    if (!isOnAws(command.optsWithGlobals())) forgetAwsConfiguration();
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { json, debug } = program.opts<{ json: boolean; debug: boolean }>();
    const described: CommandError = describeError(error);
    if (json) printNote(JSON.stringify({ error: { message: described.message, exitCode: described.exitCode, advice: described.advice } }));
    else {
      printProblem(described.message);
      if (described.advice) printNote(described.advice);
      if (debug && error instanceof Error && error.stack) printProblem(error.stack);
    }
    return described.exitCode;
  }
}

/** The embedded plane needs nothing of the operator's AWS configuration, and no client in this process may open it. */
function forgetAwsConfiguration(): void {
  process.env['AWS_CONFIG_FILE'] = '/dev/null';
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null';
}

// A reader that has seen enough, as `head` has, is no failure: what is left to print is for nobody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// The SDK's advice on Node versions is for its users; the version it needs is pinned here.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

keepHeapsSmall();

process.exitCode = await main(process.argv.slice(2));
