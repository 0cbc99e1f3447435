import { existsSync, type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

/** Editors write a file in several steps: a change counts once nothing has followed it for so long. */
const SETTLE_MS = 60;

/** Files that tools write beside sources. */
const IGNORED = /(^|\/)(\.|node_modules\/|dist\/|cdk\.out\/)|~$|\.swp$|\.tmp$/;

/**
 * Watches folders below `directory` and calls `onChange` with the paths that changed (relative, `/`-separated), once they have settled.
 * The returned function ends it.
 */
export function watchFolders(directory: string, folders: readonly string[], onChange: (paths: readonly string[]) => void): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    const paths = [...changed].sort();
    changed.clear();
    onChange(paths);
  };
  const watchers: FSWatcher[] = folders
    .filter((folder) => existsSync(join(directory, folder)))
    .map((folder) =>
      watch(join(directory, folder), { recursive: true }, (_event, name) => {
        const path = `${folder}/${String(name).replaceAll('\\', '/')}`;
        if (name === null || IGNORED.test(path)) return;
        changed.add(path);
        clearTimeout(timer);
        timer = setTimeout(flush, SETTLE_MS);
      }),
    );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
