import { EXIT, type ExitCode } from '../exit-codes.ts';
import { CommandError } from './report.ts';

/** Which exit code an error of operations means, and what to do about it. */
const MEANINGS: Readonly<Record<string, { readonly exitCode: ExitCode; readonly advice?: string }>> = {
  UnreachableError: { exitCode: EXIT.unreachable, advice: 'Start the system with `npm start`, or say where it answers with --console <url>.' },
  NotOperationsApiError: { exitCode: EXIT.unreachable, advice: 'Give --console the address that `start` prints as Console.' },
  StreamEndedError: { exitCode: EXIT.unreachable },
  AssemblyNotEmulated: { exitCode: EXIT.usage },
  DeploymentFailed: { exitCode: EXIT.failed },
  NoSystemError: { exitCode: EXIT.notFound },
  UnknownConsumerError: { exitCode: EXIT.notFound },
  UnknownProjectionError: { exitCode: EXIT.notFound, advice: '`tickertape projection list` shows which there are.' },
  NotRebuildableError: { exitCode: EXIT.refused },
  RebuildFailedError: { exitCode: EXIT.failed, advice: 'The same command goes on where it stopped; `tickertape projection cancel` gives it up.' },
  UnknownEventTypeError: { exitCode: EXIT.notFound },
  UnknownIdError: { exitCode: EXIT.notFound },
  NoSuchDeadLetterError: { exitCode: EXIT.notFound, advice: '`tickertape dlq list` shows which queues hold messages.' },
  NotRedrivableError: {
    exitCode: EXIT.refused,
    advice: 'Mend the producer, and send a good event with `tickertape events send`. `aws sqs purge-queue` empties the queue once it has been looked at.',
  },
  NoSuchTraceError: { exitCode: EXIT.notFound },
  SchemaInvalid: { exitCode: EXIT.usage },
  OrdersFileError: { exitCode: EXIT.usage },
  PayloadTooLarge: { exitCode: EXIT.usage },
  UserError: { exitCode: EXIT.usage },
  SynthesisError: { exitCode: EXIT.failed },
  FilterInvalid: { exitCode: EXIT.usage, advice: '`tickertape help filters` says how filters are written.' },
  RedriveOptionError: { exitCode: EXIT.usage },
  ReplayWindowError: { exitCode: EXIT.usage },
  NotEditableError: { exitCode: EXIT.usage },
  RedriveRunningError: { exitCode: EXIT.refused, advice: '`tickertape jobs list` shows it.' },
  NotOnAwsError: { exitCode: EXIT.refused },
  NoMappingError: { exitCode: EXIT.notFound },
  NoSagaError: { exitCode: EXIT.notFound, advice: '`tickertape saga list` shows which there are.' },
  SagaActionError: { exitCode: EXIT.refused, advice: '`tickertape saga show <id>` says how it stands. Nothing was done.' },
  UnknownAggregateError: { exitCode: EXIT.notFound },
  NoSuchAggregateError: { exitCode: EXIT.notFound },
  NoSuchSubjectError: { exitCode: EXIT.notFound },
  MomentInvalidError: { exitCode: EXIT.usage },
  NoSuchArchiveError: { exitCode: EXIT.notFound },
  NoSuchReplayError: { exitCode: EXIT.notFound, advice: '`tickertape replay status` lists them.' },
  RewindRefusedError: { exitCode: EXIT.refused, advice: '`tickertape consumers rewind <group> --to … --mode … --dry-run` shows the plan. Nothing was done.' },
  ReplayEndedError: { exitCode: EXIT.refused, advice: '`tickertape replay status` says how far it came.' },
  ...Object.fromEntries(
    [
      'AccessDenied',
      'AccessDeniedException',
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'ExpiredToken',
      'ExpiredTokenException',
      'CredentialsProviderError',
    ].map((name) => [name, { exitCode: EXIT.notAllowed }]),
  ),
};

/** Codes by which Node says that nobody answers. */
const NETWORK_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH']);

function networkMeaning(error: Error): (typeof MEANINGS)[string] | undefined {
  if (error.message === 'Region is missing') return { exitCode: EXIT.usage, advice: 'Say it with --region, AWS_REGION or the profile.' };
  const { code } = error as { code?: string };
  return NETWORK_CODES.has(code ?? '') || error.name === 'TimeoutError'
    ? { exitCode: EXIT.unreachable, advice: 'Is the endpoint right (--endpoint, --region)?' }
    : undefined;
}

/** Any error as the end of a command. */
export function describeError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (!(error instanceof Error)) return new CommandError(String(error));
  const meaning = MEANINGS[error.name] ?? networkMeaning(error);
  const output = (error as { output?: unknown }).output;
  const details = typeof output === 'string' && output !== '' ? `${error.message}\n${output}` : error.message;
  const message = meaning ? details : `${error.name}: ${details}`;
  return new CommandError(message, { exitCode: meaning?.exitCode ?? EXIT.failed, ...(meaning?.advice && { advice: meaning.advice }), cause: error });
}
