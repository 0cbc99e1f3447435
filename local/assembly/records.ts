import type { Collection } from '../kernel/collection.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Properties } from '../kernel/resource.ts';

/** An asset folder that a resource asked for, as it was then. */
export interface AssetUse {
  readonly bucket: string;
  readonly key: string;
  readonly directory: string;
  readonly hash: string | undefined;
}

/** A resource that was deployed. */
export interface ResourceRecord {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly cdkPath: string;
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Intrinsics resolved. */
  readonly properties: Properties;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly isRetainedOnDelete: boolean;
  /** Counts replacements. */
  readonly generation: number;
  readonly needs: readonly string[];
  readonly assets: readonly AssetUse[];
  /** When it was last changed, and by what. */
  readonly changedMs?: number;
  readonly status?: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE';
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
export type StackStatus =
  | `${'CREATE' | 'UPDATE' | 'DELETE'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | `${'ROLLBACK' | 'UPDATE_ROLLBACK'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | 'REVIEW_IN_PROGRESS';

/** A stack that was deployed. */
export interface StackRecord {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Value by export name. */
  readonly exports: Readonly<Record<string, string>>;
  /** Export names it imports. */
  readonly imports: readonly string[];
  /** Who deploys it. A deployment of an assembly deletes the stacks of assemblies only. */
  readonly origin: 'assembly' | 'api';
  readonly status: StackStatus;
  readonly statusReason: string | undefined;
  readonly createdMs: number;
  readonly updatedMs: number | undefined;
  /** As it was given. */
  readonly templateText: string;
  /** Values as they were given or by default. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A stack that was deleted. */
export interface DeletedStack extends StackRecord {
  readonly deletedMs: number;
}

/** What is deployed. Outlives the process where the plane keeps its data. */
export interface DeploymentRecords {
  readonly stacks: Collection<StackRecord>;
  /** By `stack/logical id`. */
  readonly resources: Collection<ResourceRecord>;
  /** Resources that were replaced and are to be deleted at the end of the deployment. By `stack/logical id/generation`. */
  readonly leftovers: Collection<ResourceRecord>;
  /** The last stacks that were deleted, by name. */
  readonly deleted: Collection<DeletedStack>;
}

export function openRecords(kernel: Kernel): DeploymentRecords {
  return {
    stacks: kernel.collection('assembly.stacks'),
    resources: kernel.collection('assembly.resources'),
    leftovers: kernel.collection('assembly.leftovers'),
    deleted: kernel.collection('assembly.deleted'),
  };
}

/** The key of a resource among the records. */
export const resourceKey = (stackName: string, logicalId: string): string => `${stackName}/${logicalId}`;
