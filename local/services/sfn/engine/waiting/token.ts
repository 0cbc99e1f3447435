/** The task behind a token. */
export interface TaskPlace {
  readonly executionArn: string;
  readonly frame: string;
  readonly task: string;
}

const MARK = 'AQ';

/** A task's token: it says itself where the task is, so that none has to be remembered. */
export function writeToken({ executionArn, frame, task }: TaskPlace): string {
  return MARK + Buffer.from(`${executionArn}|${frame}|${task}`).toString('base64url');
}

/** Reads a token; `undefined` where it is none. */
export function readToken(token: string): TaskPlace | undefined {
  if (!token.startsWith(MARK)) return undefined;
  const [executionArn, frame, task] = Buffer.from(token.slice(MARK.length), 'base64url').toString().split('|');
  if (executionArn === undefined || frame === undefined || task === undefined || !executionArn.startsWith('arn:')) return undefined;
  return { executionArn, frame, task };
}
