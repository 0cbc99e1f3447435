import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What `cdk.json` says of an app. */
export interface AppSettings {
  /** Command that writes the cloud assembly to `CDK_OUTDIR`. */
  readonly app: string;
  /** Command that prepares what the app needs (bundles), run before it. */
  readonly build: string | undefined;
  readonly context: Readonly<Record<string, unknown>>;
  /** Folders to watch, from `watch.include`. */
  readonly watch: readonly string[];
}

/** The app, its build or its settings are broken; `output` is what the command printed. */
export class SynthesisError extends Error {
  readonly output: string;

  constructor(message: string, output: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SynthesisError';
    this.output = output;
  }
}

/** Reads `cdk.json`. `app` replaces the command it names. */
export function readAppSettings(directory: string, app?: string): AppSettings {
  const path = join(directory, 'cdk.json');
  let text = '{}';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (!app) throw new SynthesisError(`No cdk.json in ${directory}: run this in a CDK app's folder, or give --app or --assembly`, '', { cause: error });
  }
  let settings: { app?: string; build?: string; context?: Record<string, unknown>; watch?: { include?: string | string[] } };
  try {
    settings = JSON.parse(text) as typeof settings;
  } catch (error) {
    throw new SynthesisError(`${path} is not JSON: ${(error as Error).message}`, '', { cause: error });
  }
  const command = app ?? settings.app;
  if (!command) throw new SynthesisError(`${path} names no "app" command`, '');
  const include = settings.watch?.include ?? [];
  return { app: command, build: settings.build, context: settings.context ?? {}, watch: typeof include === 'string' ? [include] : include };
}

/**
 * The fast path of a synthesis: no validation, and assets stay where they are instead of being copied into the assembly.
 * CI and `cdk synth` take the full one.
 */
const FAST_CONTEXT = { 'aws:cdk:disable-asset-staging': true, 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

/** A command that takes longer has gone wrong. */
const COMMAND_MS_MAX = 120_000;

function run(command: string, directory: string, environment: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      cwd: directory,
      shell: true,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: COMMAND_MS_MAX,
    });
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-20_000);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => reject(new SynthesisError(`"${command}" could not be started: ${error.message}`, output, { cause: error })));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new SynthesisError(`"${command}" ended with ${signal ?? `exit code ${code}`}`, output.trim()));
    });
  });
}

/** Prepares the bundles: the `build` command, where there is one. */
export async function buildBundles(settings: AppSettings, directory: string): Promise<void> {
  if (settings.build) await run(settings.build, directory, {});
}

/** Runs the app; answers when the assembly lies in `outputDirectory`. Throws `SynthesisError` where the app wrote none: what an earlier run left is not taken for it. */
export async function synthesize(
  settings: AppSettings,
  place: { directory: string; outputDirectory: string; accountId: string; region: string },
): Promise<void> {
  const manifest = join(place.outputDirectory, 'manifest.json');
  rmSync(manifest, { force: true });
  await run(settings.app, place.directory, {
    CDK_OUTDIR: place.outputDirectory,
    CDK_VALIDATION: 'false',
    CDK_CONTEXT_JSON: JSON.stringify({ ...settings.context, ...FAST_CONTEXT }),
    CDK_DEFAULT_ACCOUNT: place.accountId,
    CDK_DEFAULT_REGION: place.region,
    JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
  });
  if (existsSync(manifest)) return;
  throw new SynthesisError(
    `"${settings.app}" ended well and wrote no cloud assembly: it has to be a CDK app, which writes to the folder that CDK_OUTDIR names`,
    '',
  );
}
