import type { CostTerm } from './cost.ts';

/** A metric of CloudWatch, and for whom. A dimension whose value only a deployment knows is named by its resource. */
export interface LagMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** How often a message is tried, and for how long. */
export interface Retry {
  /** Attempts in all before it is given up; `undefined`: until its time is over. */
  readonly attemptsMax: number | undefined;
  /** Time from the first attempt after which it is given up; `undefined`: only attempts count. */
  readonly secondsMax: number | undefined;
  /** Seconds from one attempt to the next, or how they grow. */
  readonly wait: number | 'exponential';
}

/** What an asynchronous edge keeps to. */
export interface Guarantee {
  readonly edge: Edge;
  /** `group`: within a FIFO message group; `item`: within an item's (or partition's) changes; `key`: within a partition key. */
  readonly order: 'none' | 'group' | 'item' | 'key' | 'caller';
  /** `at-least-once`: a message may come twice. `deduplicated`: not within five minutes. `once`: one message, one attempt. */
  readonly duplicates: 'at-least-once' | 'deduplicated' | 'once';
  readonly loss: {
    /** How long the source keeps what nobody takes, before it drops it in silence; `undefined`: it gives up by its retries only. */
    readonly keptSeconds: number | undefined;
    /** What becomes of a message that is given up: it lies in a queue, is gone in silence, or its sender is told. */
    readonly givenUp: 'dead-lettered' | 'lost' | 'told';
    /** How long a dead letter is kept, from its first sending on. */
    readonly deadLettersKeptSeconds: number | undefined;
    /** What is lost all the same, in words. */
    readonly besides?: string | undefined;
  };
  readonly retry: Retry | undefined;
  /** Name of the queue, or topic, of dead letters. */
  readonly deadLetters: string | undefined;
  /**
   * `source`: SQS moves them back. `records`: the dead letter is a position, from which the indexer fetches the records. `copy`: by hand, for SQS moves only the dead letters of queues.
   * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
   */
  readonly redrive: { readonly kind: 'source' | 'copy' | 'position' | 'records' | 'replay' | 'caller' | 'none'; readonly text: string };
  readonly lag: LagMetric | undefined;
  readonly cost: readonly CostTerm[];
}

/** From where to where. */
export interface Edge {
  readonly kind: 'bus' | 'rule-queue' | 'rule-function' | 'topic' | 'queue-function' | 'stream-function' | 'log' | 'log-function' | 'route-function';
  readonly stack: string;
  /** Logical id of the resource that makes it: the rule, the mapping, the route. */
  readonly resource: string;
  readonly from: string;
  readonly to: string;
}

/** An edge of which nothing, or not all, can be said. */
export interface Underived {
  readonly stack: string;
  readonly resource: string;
  readonly type: string;
  /** What could not be derived, and why. */
  readonly reason: string;
}

/** What comes of looking at one resource. */
export type Derived = { readonly guarantee: Guarantee } | { readonly underived: Underived };
