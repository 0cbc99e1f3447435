import fs from 'node:fs';
import path from 'node:path';
import type { FunctionCode } from '../../kernel/function-runner.ts';

/** Where a function finds its bundle, and its layers. @see https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html */
export const TASK = '/var/task';
export const LAYERS = '/opt';

interface Mount {
  readonly at: string;
  /** Folders of the machine; what stands in an earlier one hides the same in a later one. */
  readonly roots: readonly string[];
}

/** What the files of a function are made of. */
export type MountedCode = Pick<FunctionCode, 'directory' | 'layerDirectories'>;

/** The folders of the machine that a function sees, and where it sees them. Nothing else of the machine is there. */
export class Mounts {
  readonly #mounts: readonly Mount[];

  constructor({ directory, layerDirectories = [] }: MountedCode) {
    const task = { at: TASK, roots: [fs.realpathSync(directory)] };
    // The last layer lies on top.
    const layers = [...layerDirectories].reverse().map((layer) => fs.realpathSync(layer));
    this.#mounts = layers.length === 0 ? [task] : [task, { at: LAYERS, roots: layers }];
  }

  /** The folders that are laid over each other at `/opt`, the topmost first. */
  get layerRoots(): readonly string[] {
    return this.#mounts[1]?.roots ?? [];
  }

  /** Where a path could lie on the machine, the topmost first; none where nothing is mounted there. */
  candidates(seen: string): string[] {
    const mount = this.#mounts.find(({ at }) => seen === at || seen.startsWith(`${at}/`));
    return mount ? mount.roots.map((root) => path.join(root, seen.slice(mount.at.length))) : [];
  }

  /** Where what is there lies on the machine, the topmost first. A link that leads out of its folder is not there. */
  reals(seen: string): string[] {
    return this.candidates(seen).flatMap((candidate) => {
      try {
        const real = fs.realpathSync(candidate);
        return this.#holder(real) ? [real] : [];
      } catch {
        return []; // there is none: the caller says so
      }
    });
  }

  /** How the function sees a file of the machine; `undefined` for one that it does not. */
  seen(real: string): string | undefined {
    const holder = this.#holder(real);
    return holder && holder.at + real.slice(holder.root.length).split(path.sep).join('/');
  }

  #holder(real: string): { readonly at: string; readonly root: string } | undefined {
    for (const { at, roots } of this.#mounts) {
      const root = roots.find((one) => real === one || real.startsWith(one + path.sep));
      if (root !== undefined) return { at, root };
    }
    return undefined;
  }
}
