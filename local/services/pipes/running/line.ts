import type { Kernel } from '../../../kernel/kernel.ts';
import type { Principal } from '../../../kernel/principal.ts';
import { compilePipeTemplate, type PipeSurroundings, type PipeTemplate } from '../../../languages/input-transformer/pipe-template.ts';
import type { PipeRecord, PipesState } from '../state.ts';

/** An event as it comes out of a source: what acknowledges it, and what the pipe sees of it. */
export interface SourceEvent {
  /** The message's id, or the record's sequence number. */
  readonly id: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/** How the way of a batch through the pipe ended. */
export interface BatchOutcome {
  /** Ids of the events that have to come again. */
  readonly failed: ReadonlySet<string>;
  /** Why, where the batch failed. */
  readonly reason: string | undefined;
  /** Journal entry of the batch. */
  readonly sequence: number;
}

/** All that a batch needs on its way. */
export interface PipeLine {
  readonly kernel: Kernel;
  readonly state: PipesState;
  readonly pipe: PipeRecord;
  readonly principal: Principal;
  readonly enrichmentTemplate: PipeTemplate | undefined;
  readonly targetTemplate: PipeTemplate | undefined;
  surroundings(): PipeSurroundings;
}

export function openLine(state: PipesState, pipe: PipeRecord): PipeLine {
  const { kernel } = state;
  const { Source: sourceArn = '', Enrichment: enrichmentArn = '', Target: targetArn = '', RoleArn: roleArn = '' } = pipe.settings;
  const fixed = { pipeArn: pipe.arn, pipeName: pipe.name, sourceArn, enrichmentArn, targetArn };
  return {
    kernel,
    state,
    pipe,
    principal: { type: 'role', roleArn, sessionName: pipe.name },
    enrichmentTemplate: template(pipe.settings.EnrichmentParameters?.InputTemplate),
    targetTemplate: template(pipe.settings.TargetParameters?.InputTemplate),
    surroundings: () => ({ ...fixed, ingestionTime: new Date(kernel.nowMs()).toISOString() }),
  };
}

function template(text: string | undefined): PipeTemplate | undefined {
  const compiled = text ? compilePipeTemplate(text) : undefined;
  return typeof compiled === 'function' ? compiled : undefined;
}

/** What a list of events is as JSON, each as its template has it; text that is no JSON becomes a string. */
export function asJsonList(line: PipeLine, events: readonly unknown[], rendered: PipeTemplate | undefined): string {
  if (!rendered) return JSON.stringify(events);
  const surroundings = line.surroundings();
  return `[${events.map((event) => asJson(rendered(event, surroundings))).join(',')}]`;
}

function asJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/** Counts something of a pipe. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html */
export function meter({ kernel, pipe }: PipeLine, name: string, value: number): void {
  kernel.meter({ namespace: 'AWS/EventBridge/Pipes', name, dimensions: { PipeName: pipe.name }, value, unit: 'Count' });
}
