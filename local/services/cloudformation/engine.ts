/** A stack, as whoever deploys it keeps it. */
export interface StackFacts {
  readonly name: string;
  readonly status: string;
  readonly statusReason: string | undefined;
  readonly createdMs: number;
  readonly updatedMs: number | undefined;
  readonly templateText: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** Value by export name. */
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface ResourceFacts {
  readonly stackName: string;
  readonly logicalId: string;
  readonly ref: string;
  readonly type: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status?: string;
  readonly changedMs?: number;
}

export interface EventFacts {
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

/** A stack as it is to be. */
export interface StackRequest {
  readonly name: string;
  readonly templateText: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly isRollbackDisabled: boolean;
}

export interface ChangeFacts {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string | undefined;
}

/** The sections of a template that its summary shows. */
export interface TemplateFacts {
  readonly Description: string | undefined;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>>;
  readonly Outputs: Readonly<Record<string, { readonly Description?: string; readonly Export?: { readonly Name: unknown } }>>;
  readonly Parameters: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly Default?: string | number;
        readonly Description?: string;
        readonly NoEcho?: boolean | string;
        readonly AllowedValues?: readonly (string | number)[];
      }
    >
  >;
  readonly Transform: readonly string[];
}

/** Who makes stacks: `assembly/` does. A service knows no templates. Throws `UserError` for a template that is none, or that asks for what is not here. */
export interface StackEngine {
  all(): readonly StackFacts[];
  deleted(): readonly (StackFacts & { readonly deletedMs: number })[];
  find(name: string): StackFacts | undefined;
  idOf(name: string): string;
  resources(name: string): readonly ResourceFacts[];
  /** The oldest first. */
  events(name: string): readonly EventFacts[];
  template(text: string): TemplateFacts;
  changes(request: StackRequest): Promise<readonly ChangeFacts[]>;
  changesOutputs(request: StackRequest): boolean;
  begin(request: StackRequest, status: 'CREATE_IN_PROGRESS' | 'UPDATE_IN_PROGRESS' | 'REVIEW_IN_PROGRESS'): void;
  run(request: StackRequest): Promise<void>;
  beginRemoval(name: string): void;
  remove(name: string): Promise<void>;
}
