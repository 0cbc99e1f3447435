/** The settings of docs/guides/clients.md, as a child process gets them; nothing of this machine's own AWS settings is seen. */
export function clientEnvironment({ endpoint, api }: { readonly endpoint: string; readonly api: string }): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    LC_ALL: 'C.UTF-8',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    TICKERTAPE_API: api,
  };
}

/** The clients that are on this machine, as `run.sh` found or made them. */
export const CLIENTS = {
  /** Python with boto3. */
  python: process.env['CLIENTS_PYTHON'],
  /** Executables `aws` by a name for each. */
  awsCommands: Object.entries({ 'aws CLI of PyPI': process.env['CLIENTS_AWS_PYPI'], "Debian's aws CLI": process.env['CLIENTS_AWS_DEBIAN'] }).flatMap(
    ([name, path]) => (path ? [{ name, path }] : []),
  ),
  /** The session in Go, compiled. */
  go: process.env['CLIENTS_GO_SESSION'],
} as const;
