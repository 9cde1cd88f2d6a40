import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A task's own folder for files that end with it, made when the first of them is. */
export class Scratch {
  private readonly parent: string;
  private folder: Promise<string> | null = null;
  private count = 0;

  /** @param parent the worker's scratch directory, which its engines may read and write */
  constructor(parent: string) {
    this.parent = parent;
  }

  /** A path where nothing is: the engine could hold an older file of that name for a new one. */
  async newPath(extension: string): Promise<string> {
    this.folder ??= this.make();
    return join(await this.folder, `${this.count++}${extension}`);
  }

  /** Removes the folder with all that is in it; the scratch is not to be used any more. */
  async remove(): Promise<void> {
    const folder = await this.folder?.catch(() => null);
    if (folder) await rm(folder, { recursive: true, force: true });
  }

  private async make(): Promise<string> {
    await mkdir(this.parent, { recursive: true });
    return mkdtemp(join(this.parent, 'task-'));
  }
}
