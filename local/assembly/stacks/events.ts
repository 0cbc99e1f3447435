import type { Kernel } from '../../kernel/kernel.ts';
import { stackId } from '../names.ts';

/** One step of a deployment, as `DescribeStackEvents` shows it. */
export interface StackEvent {
  readonly eventId: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly atMs: number;
  readonly status: string;
  readonly reason: string | undefined;
}

/** Events kept of each stack: a few deployments of a large one. */
const EVENTS_MAX = 2000;

/**
 * What happened to stacks.
 * Differs from AWS: events last as long as the process, and a stack has its last 2,000.
 */
export class StackEvents {
  readonly #kernel: Kernel;
  readonly #byStack = new Map<string, StackEvent[]>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The events of a stack, the oldest first. */
  of(stackName: string): readonly StackEvent[] {
    return this.#byStack.get(stackName) ?? [];
  }

  /** Notes a step of a resource. */
  resource(
    stackName: string,
    { logicalId, type, physicalId = '' }: { readonly logicalId: string; readonly type: string; readonly physicalId?: string },
    status: string,
    reason?: string,
  ): void {
    const events = this.#byStack.get(stackName) ?? [];
    this.#byStack.set(stackName, events);
    // Tools order events by their time: no two of a stack have the same.
    const atMs = Math.max(this.#kernel.nowMs(), (events.at(-1)?.atMs ?? 0) + 1);
    const eventId = `${logicalId}-${status}-${new Date(atMs).toISOString()}-${events.length}`;
    events.push({ eventId, stackId: stackId(stackName, this.#kernel), stackName, logicalId, physicalId, type, atMs, status, reason });
    if (events.length > EVENTS_MAX) events.splice(0, events.length - EVENTS_MAX);
  }

  /** Notes a step of the stack itself. */
  stack(stackName: string, status: string, reason?: string): void {
    const physicalId = stackId(stackName, this.#kernel);
    this.resource(stackName, { logicalId: stackName, type: 'AWS::CloudFormation::Stack', physicalId }, status, reason);
  }
}
