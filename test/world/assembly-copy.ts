import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A template, as far as tests change it. */
export interface EditableTemplate {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
}

/** A cloud assembly of one's own: its templates and its bundles can be broken. */
export interface AssemblyCopy {
  readonly directory: string;
  /** Path of a function's bundle: `inventory/reserve-stock`. */
  bundle(name: string): string;
  editTemplate(stack: string, edit: (template: EditableTemplate) => void): void;
}

/** A folder that goes when the test has ended. */
export function temporaryFolder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tickertape-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Copies an assembly with the bundles that its asset manifests name. */
export function copyAssembly(original: string): AssemblyCopy {
  const root = temporaryFolder();
  const directory = join(root, 'cdk.out');
  cpSync(original, directory, { recursive: true });
  const folderOf = (source: string): string => join(root, 'functions', basename(dirname(source)), basename(source));
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.assets.json'))) {
    const file = join(directory, name);
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { files: Record<string, { source: { path: string; packaging: string } }> };
    for (const { source } of Object.values(manifest.files).filter(({ source: { packaging } }) => packaging === 'zip')) {
      cpSync(source.path, folderOf(source.path), { recursive: true });
      source.path = folderOf(source.path);
    }
    writeFileSync(file, JSON.stringify(manifest));
  }
  return {
    directory,
    bundle: (name) => join(root, 'functions', name, 'index.js'),
    editTemplate: (stack, edit) => {
      const file = join(directory, `${stack}.template.json`);
      const template = JSON.parse(readFileSync(file, 'utf8')) as EditableTemplate;
      edit(template);
      writeFileSync(file, JSON.stringify(template));
    },
  };
}
