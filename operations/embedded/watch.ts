import { existsSync, type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Editors write a file in several steps: a change counts once nothing has followed it for so long. */
const SETTLE_MS = 60;

/** Files that tools write beside sources. */
const IGNORED = /(^|\/)(\.|node_modules\/|dist\/|cdk\.out\/)|~$|\.swp$|\.tmp$/;

/**
 * Watches folders below `directory` and calls `onChange` with the paths that changed (relative, `/`-separated), once they have settled.
 * Each folder has a watcher of its own: Node's recursive one follows files and loses one that an editor replaces. The returned function ends it.
 */
export function watchFolders(directory: string, folders: readonly string[], onChange: (paths: readonly string[]) => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    const paths = [...changed].sort();
    changed.clear();
    for (const folder of folders) add(folder);
    onChange(paths);
  };
  const note = (path: string): void => {
    if (IGNORED.test(path)) return;
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(flush, SETTLE_MS);
  };
  /** Watches a folder and those in it that are not watched yet. */
  const add = (folder: string): void => {
    const path = join(directory, folder);
    if (!existsSync(path)) return;
    if (!watchers.has(folder)) {
      const watcher = watch(path, (_event, name) => {
        if (name !== null) note(`${folder}/${name}`);
      });
      // A folder that was removed takes its watcher with it; the change itself is seen by its parent.
      watcher.on('error', () => drop(folder));
      watchers.set(folder, watcher);
    }
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory() && !IGNORED.test(`${entry.name}/`)) add(`${folder}/${entry.name}`);
    }
  };
  const drop = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  for (const folder of folders) add(folder);
  return () => {
    clearTimeout(timer);
    for (const folder of [...watchers.keys()]) drop(folder);
  };
}
