/** LocalStack in a container: where it listens, and how it ends. */
export interface RunningContainer {
  readonly endpoint: string;
  stop(): Promise<unknown>;
}

/** Starts LocalStack with Testcontainers. `executor` is `LAMBDA_RUNTIME_EXECUTOR`. */
export function startContainer(options: { readonly image: string; readonly executor: string | undefined }): Promise<RunningContainer>;
