import type {
  CreatePipeCommandInput,
  CreatePipeCommandOutput,
  DeletePipeCommandInput,
  DeletePipeCommandOutput,
  DescribePipeCommandInput,
  DescribePipeCommandOutput,
  ListPipesCommandInput,
  ListPipesCommandOutput,
  PipeSourceParameters,
  StartPipeCommandInput,
  StartPipeCommandOutput,
  StopPipeCommandInput,
  StopPipeCommandOutput,
  UpdatePipeCommandInput,
  UpdatePipeCommandOutput,
} from '@aws-sdk/client-pipes';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { invalidNextToken, pipeDoesNotExist, pipeExists, tooManyPipes, tooManyTags } from '../errors.ts';
import { checkRole } from '../role-trust.ts';
import { checkPipe, PIPES_MAX, TAGS_MAX } from '../rules.ts';
import {
  currentState,
  type Output,
  type PipeRecord,
  type PipeSettings,
  type Pipes,
  type PipesState,
  pipeArn,
  putPipe,
  deletePipe as removePipe,
} from '../state.ts';

const SETTINGS = ['Description', 'SourceParameters', 'Enrichment', 'EnrichmentParameters', 'Target', 'TargetParameters', 'RoleArn'] as const;
const CREATE_MEMBERS = ['Name', 'DesiredState', 'Source', 'Tags', ...SETTINGS];
const UPDATE_MEMBERS = ['Name', 'DesiredState', ...SETTINGS];

const LIST_MAX = 100;

export function findPipe(state: PipesState, name: string = ''): PipeRecord {
  const pipe = state.pipes.get(name);
  if (!pipe) throw pipeDoesNotExist(name);
  return pipe;
}

function wirePipe(pipe: PipeRecord) {
  const { name, arn, desiredState, createdMs, modifiedMs } = pipe;
  return {
    Arn: arn,
    Name: name,
    DesiredState: desiredState,
    CurrentState: currentState(pipe),
    CreationTime: new Date(createdMs),
    LastModifiedTime: new Date(modifiedMs),
  };
}

/** Makes a pipe and starts it, unless it is to be `STOPPED`. */
export async function createPipe(input: CreatePipeCommandInput, context: Pipes): Promise<Output<CreatePipeCommandOutput>> {
  refuseAllBut(CREATE_MEMBERS, input, { operation: 'CreatePipe', page: 'pipes' });
  const { kernel, state } = context;
  const { Name: name = '', DesiredState: desiredState = 'RUNNING', Tags: tags = {}, RoleArn: roleArn = '' } = input;
  const settings: PipeSettings = {
    Source: input.Source,
    Target: input.Target,
    RoleArn: input.RoleArn,
    Description: input.Description,
    SourceParameters: input.SourceParameters,
    Enrichment: input.Enrichment,
    EnrichmentParameters: input.EnrichmentParameters,
    TargetParameters: input.TargetParameters,
  };
  checkPipe(settings, { operation: 'CreatePipe', kernel });
  if (Object.keys(tags).length > TAGS_MAX) throw tooManyTags();
  const arn = pipeArn(kernel, name);
  await checkRole(roleArn, arn, context);
  if (state.pipes.has(name)) throw pipeExists(name);
  if (state.pipes.size >= PIPES_MAX) throw tooManyPipes();
  const nowMs = kernel.nowMs();
  const pipe: PipeRecord = { name, arn, settings, desiredState, tags, createdMs: nowMs, modifiedMs: nowMs };
  putPipe(state, pipe);
  return { ...wirePipe(pipe), CurrentState: 'CREATING' };
}

/** Changes what the request names and leaves the rest, but for the parameters of enrichment and target, which are replaced as a whole. */
export async function updatePipe(input: UpdatePipeCommandInput, context: Pipes): Promise<Output<UpdatePipeCommandOutput>> {
  refuseAllBut(UPDATE_MEMBERS, input, { operation: 'UpdatePipe', page: 'pipes' });
  const { kernel, state } = context;
  const previous = findPipe(state, input.Name);
  const given = Object.fromEntries(SETTINGS.flatMap((member) => (input[member] === undefined ? [] : [[member, input[member]]])));
  const settings: PipeSettings = {
    ...previous.settings,
    ...given,
    SourceParameters: mergeSource(previous.settings.SourceParameters, input.SourceParameters as PipeSourceParameters | undefined),
  };
  checkPipe(settings, { operation: 'UpdatePipe', kernel });
  await checkRole(settings.RoleArn ?? '', previous.arn, context);
  findPipe(state, input.Name);
  const pipe = { ...previous, settings, desiredState: input.DesiredState ?? previous.desiredState, modifiedMs: kernel.nowMs() };
  putPipe(state, pipe);
  return { ...wirePipe(pipe), CurrentState: 'UPDATING' };
}

/** The starting position of a stream cannot be changed: an update does not name it. */
function mergeSource(previous: PipeSourceParameters | undefined, given: PipeSourceParameters | undefined): PipeSourceParameters | undefined {
  if (!given) return previous;
  const stream = given.DynamoDBStreamParameters ?? previous?.DynamoDBStreamParameters;
  const position = previous?.DynamoDBStreamParameters?.StartingPosition;
  return { ...previous, ...given, ...(stream && { DynamoDBStreamParameters: { ...stream, StartingPosition: position } }) };
}

export function describePipe(input: DescribePipeCommandInput, { state }: Pipes): Output<DescribePipeCommandOutput> {
  const pipe = findPipe(state, input.Name);
  const problem = state.running.get(pipe.name)?.problem;
  return { ...wirePipe(pipe), ...pipe.settings, Tags: { ...pipe.tags }, ...(problem === undefined ? {} : { StateReason: problem }) };
}

export function listPipes(input: ListPipesCommandInput, { state }: Pipes): Output<ListPipesCommandOutput> {
  const { NamePrefix = '', SourcePrefix = '', TargetPrefix = '', DesiredState, CurrentState, Limit = LIST_MAX, NextToken } = input;
  const isWanted = (pipe: PipeRecord): boolean =>
    pipe.name.startsWith(NamePrefix) &&
    (pipe.settings.Source ?? '').startsWith(SourcePrefix) &&
    (pipe.settings.Target ?? '').startsWith(TargetPrefix) &&
    (DesiredState === undefined || pipe.desiredState === DesiredState) &&
    (CurrentState === undefined || currentState(pipe) === CurrentState);
  const found = [...state.pipes.values()].filter(isWanted).sort((a, b) => (a.name < b.name ? -1 : 1));
  const after = NextToken === undefined ? undefined : Buffer.from(NextToken, 'base64url').toString();
  const start = after === undefined ? 0 : found.findIndex(({ name }) => name === after) + 1;
  if (after !== undefined && start === 0) throw invalidNextToken();
  const shown = found.slice(start, start + Limit);
  const last = shown.at(-1);
  const hasMore = start + shown.length < found.length && last !== undefined;
  return {
    Pipes: shown.map((pipe) => ({ ...wirePipe(pipe), Source: pipe.settings.Source, Target: pipe.settings.Target, Enrichment: pipe.settings.Enrichment })),
    NextToken: hasMore ? Buffer.from(last.name).toString('base64url') : undefined,
  };
}

export function startPipe(input: StartPipeCommandInput, context: Pipes): Output<StartPipeCommandOutput> {
  return { ...wirePipe(desire(context, input.Name, 'RUNNING')), CurrentState: 'STARTING' };
}

export function stopPipe(input: StopPipeCommandInput, context: Pipes): Output<StopPipeCommandOutput> {
  return { ...wirePipe(desire(context, input.Name, 'STOPPED')), CurrentState: 'STOPPING' };
}

function desire({ kernel, state }: Pipes, name: string | undefined, desiredState: PipeRecord['desiredState']): PipeRecord {
  const previous = findPipe(state, name);
  if (previous.desiredState === desiredState) return previous;
  const pipe = { ...previous, desiredState, modifiedMs: kernel.nowMs() };
  putPipe(state, pipe);
  return pipe;
}

export function deletePipe(input: DeletePipeCommandInput, { state }: Pipes): Output<DeletePipeCommandOutput> {
  const pipe = findPipe(state, input.Name);
  removePipe(state, pipe.name);
  return { ...wirePipe(pipe), DesiredState: 'DELETED', CurrentState: 'DELETING' };
}
