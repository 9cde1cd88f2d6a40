import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isGonePid } from './this-process.ts';

/** A session's own folder for temporary files: gone when the session closes, or the process ends without closing it. */
export class SessionScratch {
  readonly path: string;
  private readonly parent: string;
  private readonly atExit = () => rmSync(this.path, { recursive: true, force: true });

  /** @param parent folder that all sessions of this machine share; nothing is made before it is needed */
  constructor(parent: string) {
    this.parent = parent;
    this.path = join(parent, `session-${process.pid}-${randomUUID()}`);
    process.once('exit', this.atExit);
  }

  /** Removes the folder, and those of sessions whose process was killed. */
  async remove(): Promise<void> {
    process.off('exit', this.atExit);
    await rm(this.path, { recursive: true, force: true });
    const names = await readdir(this.parent).catch(() => []);
    await Promise.all(
      names.filter(isOrphan).map((name) => rm(join(this.parent, name), { recursive: true, force: true })),
    );
  }
}

/** A folder of a process that is no more. One that another process may own by now stays. */
function isOrphan(name: string): boolean {
  const pid = /^session-(\d+)-/.exec(name)?.[1];
  return pid !== undefined && isGonePid(Number(pid));
}
