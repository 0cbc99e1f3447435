import { UserError } from '../kernel/errors.ts';

/** What was done to one resource, and why. */
export interface ResourceChange {
  readonly action: 'create' | 'update' | 'replace' | 'delete' | 'retain';
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly cdkPath: string;
  /** What `Ref` gives; the new one after a replacement. */
  readonly physicalId: string;
  /** `new in the template`, `VisibilityTimeout changed`, … */
  readonly reason: string;
}

export interface DeploymentReport {
  /** In the order in which they were made. */
  readonly changes: readonly ResourceChange[];
  /** Resources that were as the assembly has them. */
  readonly unchanged: number;
  /** Stacks that were deployed, in order. */
  readonly stacks: readonly string[];
}

/** A resource that could not be made, changed or deleted. What was done before it stays; the next deployment goes on from there. */
export class DeploymentFailed extends UserError {
  readonly report: DeploymentReport;
  readonly failed: Omit<ResourceChange, 'physicalId' | 'reason'>;

  constructor(failed: Omit<ResourceChange, 'physicalId' | 'reason'>, report: DeploymentReport, cause: unknown) {
    const { action, cdkPath, logicalId, type, stackName } = failed;
    const { name, message } = cause as Error;
    const reason = name === 'UserError' || name === 'Error' ? message : `${name}: ${message}`;
    super(
      `${cdkPath} (${type} ${logicalId} in stack ${stackName}): ${action} failed: ${reason}\nWhat was done before it stays (${report.changes.length} changes); the next deployment goes on from there.`,
      { cause },
    );
    this.name = 'DeploymentFailed';
    this.failed = failed;
    this.report = report;
  }
}
